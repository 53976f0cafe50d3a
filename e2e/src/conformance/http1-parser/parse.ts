import { type HeaderBlock, type HttpFault, type HttpVersion, RequestParser, ResponseParser } from '@weft/http';
import type { Http1Case } from './cases.ts';

/** Everything the parser reported about an input, in the form the cases use. */
export interface Parsed {
  fault: HttpFault | undefined;
  /** The connection left HTTP after the message (CONNECT, Upgrade). */
  switched: boolean;
  messages: number;
  /** The input ends inside a message; of a head that is cut nothing is reported. */
  cut: boolean;
  readonly methods: string[];
  readonly targets: string[];
  readonly versions: string[];
  readonly reasons: string[];
  /** Hosts of origin-form requests: a host is not in the header list but the head's authority. */
  readonly hosts: string[];
  readonly names: string[];
  readonly values: string[];
  body: string;
}

/**
 * llhttp reads the syntax of messages and leaves to its caller what an HTTP server must refuse beyond it. These are the
 * differences; each is refused by default.
 */
const OPTIONS = {
  tolerate: { missingHost: true, uriExtras: true, otherProtocols: true },
  otherTransferCodings: true,
  keepRawNames: true,
} as const;

/** Feeds one case's bytes to the parser it is about; then the end of the connection, if the case is about that. */
export function parseCase(one: Http1Case): Parsed {
  const parsed: Parsed = {
    fault: undefined,
    switched: false,
    messages: 0,
    cut: false,
    methods: [],
    targets: [],
    versions: [],
    reasons: [],
    hosts: [],
    names: [],
    values: [],
    body: '',
  };
  const type = one.meta.type ?? 'url';
  const input = type === 'url' ? `GET ${one.input} HTTP/1.1\r\n\r\n` : one.input;
  const feed = type.startsWith('response') ? feedResponse : feedRequest;
  // llhttp refuses a field where it stands, this parser a head when it is complete.
  const rest = one.expect === 'error' && !type.includes('finish') ? '\r\n' : '';
  feed(parsed, Buffer.from(input, 'latin1'), type.includes('finish'), rest);
  return parsed;
}

function feedRequest(parsed: Parsed, bytes: Buffer, finish: boolean, rest: string): void {
  let leaves = false;
  const parser = new RequestParser(
    {
      onRequest(head) {
        parsed.methods.push(head.method);
        parsed.targets.push(head.target);
        if (head.target.startsWith('/') && head.authority !== '') parsed.hosts.push(head.authority);
        noteHead(parsed, head);
        leaves = head.method === 'CONNECT' || head.upgrade !== undefined;
      },
      onRequestBody: (chunk) => noteBody(parsed, chunk),
      onRequestEnd(trailers) {
        noteEnd(parsed, trailers);
        if (leaves) {
          parsed.switched = true;
          parser.detach();
        } else parser.next();
      },
    },
    OPTIONS,
  );
  parsed.fault = parser.push(bytes);
  if (parsed.fault === undefined && inHead(parsed, parser)) parsed.fault = parser.push(Buffer.from(rest));
  finishOrCut(parsed, parser, finish);
}

function feedResponse(parsed: Parsed, bytes: Buffer, finish: boolean, rest: string): void {
  let leaves = false;
  const parser = new ResponseParser(
    {
      onInformational(head) {
        parsed.reasons.push(head.reason);
        noteHead(parsed, head);
        parsed.messages++;
      },
      onResponse(head) {
        parsed.reasons.push(head.reason);
        noteHead(parsed, head);
        leaves = head.status === 101;
      },
      onResponseBody: (chunk) => noteBody(parsed, chunk),
      onResponseEnd(trailers) {
        noteEnd(parsed, trailers);
        if (leaves) {
          parsed.switched = true;
          parser.detach();
        } else parser.begin('GET');
      },
    },
    OPTIONS,
  );
  parser.begin('GET');
  parsed.fault = parser.push(bytes);
  if (parsed.fault === undefined && inHead(parsed, parser)) parsed.fault = parser.push(Buffer.from(rest));
  finishOrCut(parsed, parser, finish);
}

/** Whether the bytes end in a head of which nothing was reported. */
function inHead(parsed: Parsed, parser: RequestParser | ResponseParser): boolean {
  return !parser.idle && parsed.versions.length === parsed.messages;
}

// A message that only the end of the connection completes is not counted by the cases.
function finishOrCut(parsed: Parsed, parser: RequestParser | ResponseParser, finish: boolean): void {
  parsed.cut = !parser.idle;
  const { messages } = parsed;
  if (finish) {
    const fault = parser.end();
    // The cases call this unsafe to finish, and no error of the bytes.
    if (fault?.code === 'INCOMPLETE') parsed.cut = true;
    else parsed.fault ??= fault;
  }
  parsed.messages = messages;
}

interface AnyHead {
  readonly version: HttpVersion;
  readonly headers: HeaderBlock;
  readonly rawNames: string[] | undefined;
}

function noteHead(parsed: Parsed, head: AnyHead): void {
  parsed.versions.push(`${Math.floor(head.version / 10)}.${head.version % 10}`);
  parsed.names.push(...(head.rawNames ?? []));
  parsed.values.push(...head.headers.filter((_, index) => index % 2 === 1));
}

function noteBody(parsed: Parsed, chunk: Buffer): void {
  parsed.body += chunk.toString('latin1');
}

function noteEnd(parsed: Parsed, trailers: HeaderBlock | undefined): void {
  parsed.messages++;
  parsed.names.push(...(trailers ?? []).filter((_, index) => index % 2 === 0));
  parsed.values.push(...(trailers ?? []).filter((_, index) => index % 2 === 1));
}
