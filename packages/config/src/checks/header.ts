import type { HeaderOperations, Headers } from '../kinds/virtual-service/type.ts';
import type { Report } from '../schema/index.ts';

const TOKEN = /^[!#$%&'*+\-.^_`|~A-Za-z0-9]+$/;
const STRICT_NAME = /^[-_A-Za-z0-9]+$/;
const PROBE_NAME = /^[-A-Za-z0-9]+$/;
const PSEUDO = new Set([':method', ':scheme', ':authority', ':path', ':status']);

const EMPTY_NAME = 'a header name must not be empty';

function nameProblem(name: string, form: RegExp): string | undefined {
  if (name === '') return EMPTY_NAME;
  return form.test(name) ? undefined : `${JSON.stringify(name)} is not a valid header name`;
}

/** A name of letters, digits, `-` and `_`. */
export function strictHeaderNameProblem(name: string): string | undefined {
  return nameProblem(name, STRICT_NAME);
}

/** A header of a readiness probe, as Kubernetes allows it. */
export function probeHeaderNameProblem(name: string): string | undefined {
  return nameProblem(name, PROBE_NAME);
}

/** A header listed in a CORS policy; `*` is allowed. */
export function corsHeaderNameProblem(name: string): string | undefined {
  return nameProblem(name, TOKEN);
}

/** `@request.auth.claims.sub`, `@request.auth.claims[realm][role]`: a claim of the token instead of a header. */
export function isClaimName(name: string): boolean {
  return /^@request\.auth\.claims(?:\..+|\[.+\])$/is.test(name);
}

/** A header in a match: a token (RFC 9110 §5.6.2), a pseudo-header (RFC 9113 §8.3) or a claim. */
export function matchHeaderNameProblem(name: string): string | undefined {
  if (name !== '' && (isClaimName(name) || PSEUDO.has(name))) return undefined;
  return nameProblem(name, TOKEN);
}

export function isAuthorityHeader(name: string): boolean {
  return /^(?::authority|host)$/i.test(name);
}

function requestEditProblem(name: string): string | undefined {
  if (name === '') return EMPTY_NAME;
  return name.startsWith(':') && !isAuthorityHeader(name)
    ? `the header ${JSON.stringify(name)} must not start with ":"`
    : undefined;
}

function plainEditProblem(name: string): string | undefined {
  if (name === '') return EMPTY_NAME;
  if (name.toLowerCase() === 'host') return 'the Host header cannot be edited here';
  return name.startsWith(':') ? `the header ${JSON.stringify(name)} must not start with ":"` : undefined;
}

/** Control characters other than tab are refused, and `%` must start a well-formed `%VARIABLE%` or be doubled. */
export function headerValueProblem(value: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
  if (/[\u0000-\u0008\u000A-\u001F\u007F]/.test(value)) return 'the header value contains a control character';
  return formatProblem(value);
}

const UNESCAPED = 'an unescaped % starts a variable that does not end; write %% for a percent sign';

/**
 * Envoy's custom header format: `%NAME%`, `%NAME(argument)%`, `%NAME(["a", "b"])%`.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers
 */
function formatProblem(value: string): string | undefined {
  let at = value.indexOf('%');
  while (at !== -1) {
    if (value[at + 1] === '%') {
      at = value.indexOf('%', at + 2);
      continue;
    }
    const end = variableEnd(value, at + 1);
    if (end === -1) return UNESCAPED;
    at = value.indexOf('%', end);
  }
  return undefined;
}

/** The index after the closing `%` of a variable whose name starts at `from`; -1 when it is malformed. */
function variableEnd(value: string, from: number): number {
  let i = from;
  while (i < value.length && value[i] !== '%' && value[i] !== '(') i++;
  if (value[i] === '%') return i + 1;
  if (value[i] !== '(') return -1;
  const closed = argumentsEnd(value, i + 1);
  if (closed === -1) return -1;
  i = skipSpaces(value, closed);
  return value[i] === '%' ? i + 1 : -1;
}

function skipSpaces(value: string, from: number): number {
  let i = from;
  while (value[i] === ' ') i++;
  return i;
}

/** The index after the quote that opens a string; -1 when there is none. */
function openQuote(value: string, from: number): number {
  const i = skipSpaces(value, from);
  return value[i] === '"' ? i + 1 : -1;
}

/** The index of the quote or parenthesis that ends a string; a backslash escapes. */
function stringEnd(value: string, from: number): number {
  let i = from;
  while (i < value.length && value[i] !== '"' && value[i] !== ')') i += value[i] === '\\' ? 2 : 1;
  return i;
}

/** The index after `)`: arguments are a JSON array of strings, or free text. */
function argumentsEnd(value: string, from: number): number {
  const first = skipSpaces(value, from);
  // Without a bracket the first character belongs to the text whatever it is, so `%NAME()%` never closes.
  let i = value[first] === '[' ? openQuote(value, first + 1) : first + 1;
  for (;;) {
    if (i === -1) return -1;
    i = stringEnd(value, i);
    if (value[i] !== '"') return value[i] === ')' ? i + 1 : -1;
    i = skipSpaces(value, i + 1);
    if (value[i] === ',') i = openQuote(value, i + 1);
    else if (value[i] === ']') break;
    else return -1;
  }
  i = skipSpaces(value, i + 1);
  return value[i] === ')' ? i + 1 : -1;
}

type NameCheck = (name: string) => string | undefined;

function checkOperations(edits: HeaderOperations, setName: NameCheck, at: string, report: Report): void {
  const fail = (path: string, problem: string | undefined): void => {
    if (problem !== undefined) report.error(path, 'invalid-header', problem);
  };
  for (const operation of ['add', 'set'] as const) {
    for (const [name, value] of Object.entries(edits[operation] ?? {})) {
      fail(`${at}.${operation}`, setName(name));
      fail(`${at}.${operation}.${name}`, headerValueProblem(value));
    }
  }
  for (const [i, name] of (edits.remove ?? []).entries()) fail(`${at}.remove[${i}]`, plainEditProblem(name));
}

/** Header edits of a route or of one destination. Only requests may set the authority. */
export function checkHeaders(headers: Headers | undefined, at: string, report: Report): void {
  if (headers?.request !== undefined) checkOperations(headers.request, requestEditProblem, `${at}.request`, report);
  if (headers?.response !== undefined) checkOperations(headers.response, plainEditProblem, `${at}.response`, report);
}
