import { CHUNKED, type Framing, UNTIL_CLOSE } from '../framing.ts';
import { HeaderInjectionError, isFieldName, isFieldValue, isToken } from './header-safety.ts';
import { lineStart } from './known-names.ts';

/** What the Connection header we write says; empty leaves it out. `upgrade` goes with an `upgrade` header in the list. */
export type Connection = '' | 'close' | 'keep-alive' | 'upgrade';

/** The parts of a request head that are written. A RequestHead is one. */
export interface OutgoingRequest {
  readonly method: string;
  /** Empty for CONNECT, whose target is the authority. */
  readonly path: string;
  readonly authority: string;
  readonly headers: readonly string[];
  /** One name per header, written instead of the lower-case ones. */
  readonly rawNames: readonly string[] | undefined;
  /** Codings that the body still has on besides `chunked`, as the parser reported them; only with framing CHUNKED. */
  readonly transferCodings?: string | undefined;
}

// Lines are kept with the line end before them: a field is then two strings to join, `\r\nname: ` and its value.
const CONNECTION_LINES: Readonly<Record<Connection, string>> = {
  '': '',
  close: '\r\nconnection: close',
  'keep-alive': '\r\nconnection: keep-alive',
  upgrade: '\r\nconnection: upgrade',
};

const REASONS: Readonly<Record<number, string>> = {
  100: 'Continue',
  101: 'Switching Protocols',
  103: 'Early Hints',
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  203: 'Non-Authoritative Information',
  204: 'No Content',
  205: 'Reset Content',
  206: 'Partial Content',
  300: 'Multiple Choices',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable',
  417: 'Expectation Failed',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  426: 'Upgrade Required',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
};

const STATUS_LINES: (string | undefined)[] = new Array<string | undefined>(600).fill(undefined);
for (const [status, reason] of Object.entries(REASONS)) STATUS_LINES[Number(status)] = `HTTP/1.1 ${status} ${reason}`;

/** The standard reason phrase (RFC 9110 §15), or an empty string. */
function reasonPhrase(status: number): string {
  return REASONS[status] ?? '';
}

/**
 * @hot The head of an HTTP/1.1 request, to be written as latin1. Host, Content-Length, Transfer-Encoding and Connection come from
 * the arguments; those names in the list are skipped, so that the message has one framing whatever the list says.
 * Throws HeaderInjectionError.
 */
export function serialiseRequestHead(request: OutgoingRequest, framing: Framing, connection: Connection): string {
  const { method, path, authority } = request;
  const target = path === '' ? authority : path;
  if (!isToken(method)) throw new HeaderInjectionError('method', 'text');
  if (!isRequestTarget(target)) throw new HeaderInjectionError('request-target', 'text');
  if (!isFieldValue(authority)) throw new HeaderInjectionError('host', 'value');
  const raw = request.rawNames;
  const host = raw === undefined ? ' HTTP/1.1\r\nhost: ' : ' HTTP/1.1\r\nHost: ';
  const start = `${method} ${target}${host}${authority}`;
  const end = framingLine(framing, false, request.transferCodings) + CONNECTION_LINES[connection];
  return `${fieldLines(start, request.headers, raw, false) + end}\r\n\r\n`;
}

/**
 * @hot The head of an HTTP/1.1 response, to be written as latin1. With framing NO_BODY a Content-Length in the list is kept:
 * there it tells the length a GET would have had (HEAD, 304). `reason` empty means the standard phrase; `transferCodings` as in
 * OutgoingRequest.
 * Throws HeaderInjectionError.
 */
export function serialiseResponseHead(
  status: number,
  reason: string,
  headers: readonly string[],
  framing: Framing,
  connection: Connection,
  rawNames?: readonly string[],
  transferCodings?: string,
): string {
  const line = (reason === '' ? STATUS_LINES[status] : undefined) ?? statusLine(status, reason);
  // RFC 9110 §8.6: no Content-Length in 1xx and 204.
  const keepLength = framing < CHUNKED && status >= 200 && status !== 204;
  const end = framingLine(framing, true, transferCodings) + CONNECTION_LINES[connection];
  return `${fieldLines(line, headers, rawNames, keepLength) + end}\r\n\r\n`;
}

function statusLine(status: number, reason: string): string {
  if (!Number.isInteger(status) || status < 100 || status > 999) throw new HeaderInjectionError(':status', 'value');
  if (!isFieldValue(reason)) throw new HeaderInjectionError('reason', 'text');
  return `HTTP/1.1 ${status} ${reason === '' ? reasonPhrase(status) : reason}`;
}

/** @hot `start` and the lines of the list, without the names that the serialiser writes itself. */
function fieldLines(
  start: string,
  headers: readonly string[],
  raw: readonly string[] | undefined,
  keepLength: boolean,
): string {
  let lines = start;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    const value = headers[i + 1]!;
    if (isOwn(name) && !(keepLength && name === 'content-length')) continue;
    const common = raw === undefined ? lineStart(name) : undefined;
    if (common === undefined && !isFieldName(name)) throw new HeaderInjectionError(name, 'name');
    if (!isFieldValue(value)) throw new HeaderInjectionError(name, 'value');
    lines += common ?? `\r\n${raw === undefined ? name : rawNameFor(raw, i, name)}: `;
    lines += value;
  }
  return lines;
}

/** @hot Told by length first: most names fail there. */
function isOwn(name: string): boolean {
  switch (name.length) {
    case 4:
      return name === 'host';
    case 10:
      return name === 'connection' || name === 'keep-alive';
    case 14:
      return name === 'content-length';
    case 17:
      return name === 'transfer-encoding';
    case 16:
      return name === 'proxy-connection';
    default:
      return false;
  }
}

// The list may have been edited since it was parsed: a raw name counts only while it is the same name.
function rawNameFor(raw: readonly string[], i: number, name: string): string {
  const candidate = raw[i >> 1];
  return candidate !== undefined && candidate.toLowerCase() === name ? candidate : name;
}

function framingLine(framing: Framing, response: boolean, codings: string | undefined): string {
  if (framing >= 0) return `\r\ncontent-length: ${framing}`;
  if (codings !== undefined) {
    if (!isFieldValue(codings)) throw new HeaderInjectionError('transfer-encoding', 'value');
    if (framing === CHUNKED) return `\r\ntransfer-encoding: ${codings}, chunked`;
    if (framing === UNTIL_CLOSE && response) return `\r\ntransfer-encoding: ${codings}`;
  }
  if (framing === CHUNKED) return '\r\ntransfer-encoding: chunked';
  // A request that ends with the connection cannot be answered; whoever asks for it has mixed up the sides.
  if (!response && framing === UNTIL_CLOSE)
    throw new RangeError('a request body cannot end with the connection (RFC 9112 §6.3)');
  return '';
}

/** @hot Visible ASCII: nothing that could end the target or the line early. */
function isRequestTarget(target: string): boolean {
  for (let i = 0; i < target.length; i++) {
    const code = target.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f) return false;
  }
  return target.length > 0;
}
