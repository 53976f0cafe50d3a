import type { CaseResult, Outcome, Suite } from '../suite.ts';
import { type Http1Case, readCases } from './cases.ts';
import { type Parsed, parseCase } from './parse.ts';
import { skipReason } from './skips.ts';

/** Raw HTTP/1 bytes → parsed messages or an error, from llhttp's own tests. */
export const http1Parser: Suite = {
  name: 'http1-parser',
  file: 'llhttp_http1.json',
  run: (file) => {
    const cases = readCases(file);
    return cases.map((one): CaseResult => ({ title: `${one.file}: ${one.name}`, outcome: outcomeOf(one, cases) }));
  },
};

function outcomeOf(one: Http1Case, all: readonly Http1Case[]): Outcome {
  const reason = skipReason(one, all);
  if (reason !== undefined) return { result: 'skip', reason };
  const parsed = parseCase(one);
  // What is said of the lenient result, such as a protocol switch, is no part of the refusal.
  const expected = one.lenient === true ? { ...one, expect: 'error' as const, reason: 'refused when strict' } : one;
  const difference = differs(expected, parsed);
  if (difference === undefined) return { result: 'pass' };
  return { result: 'fail', ...difference };
}

function differs(one: Http1Case, parsed: Parsed): { readonly expected: string; readonly actual: string } | undefined {
  // llhttp reports a protocol switch as an error, which tells its caller to stop feeding it.
  // PRI is the preface of HTTP/2, which is told from HTTP/1 before this parser sees a byte: here it is no target.
  if (one.expect === 'error' && !/^Pause on (?!PRI)/.test(one.reason ?? '')) {
    return parsed.fault === undefined ? { expected: `an error: ${one.reason}`, actual: 'accepted' } : undefined;
  }
  if (parsed.fault !== undefined) return { expected: 'accepted', actual: parsed.fault.message };
  if (one.expect === 'error' && !parsed.switched)
    return { expected: 'the protocol switched after the message', actual: 'HTTP goes on' };
  const fields = (one.headerFields ?? []).map(
    (name, index) => [name, (one.headerValues?.[index] ?? '').trim()] as const,
  );
  const isHost = ([name]: readonly [string, string]): boolean =>
    one.method !== undefined && name.toLowerCase() === 'host';
  const others = fields.filter((field) => !isHost(field));
  const originForm = one.url?.every((url) => url.startsWith('/')) === true;
  const spans: readonly (readonly [string, readonly string[] | undefined, readonly string[]])[] = [
    ['method', one.method, parsed.methods],
    ['url', one.url, parsed.targets],
    ['version', one.version, parsed.versions],
    ['status', one.status, parsed.reasons],
    ['host', originForm ? fields.filter(isHost).map(([, value]) => value) : undefined, parsed.hosts],
    [
      'header fields',
      sameCase(
        others.map(([name]) => name),
        parsed.names,
      ),
      parsed.names,
    ],
    ['header values', others.map(([, value]) => value), parsed.values],
    ['body', [withoutLineEnds(one.body?.join('') ?? '')], [withoutLineEnds(parsed.body)]],
    ['messages', isUrl(one) ? undefined : [String(one.messages)], [String(parsed.messages)]],
  ];
  for (const [what, expected, actual] of spans) {
    const comparable = parsed.cut && what !== 'body' ? expected?.slice(0, actual.length) : expected;
    if (comparable !== undefined && JSON.stringify(comparable) !== JSON.stringify(actual)) {
      return { expected: `${what} ${JSON.stringify(expected)}`, actual: `${what} ${JSON.stringify(actual)}` };
    }
  }
  return undefined;
}

function isUrl(one: Http1Case): boolean {
  return one.meta.type === undefined;
}

// Trailers are reported in lower case only.
function sameCase(expected: readonly string[], actual: readonly string[]): readonly string[] {
  return expected.map((name, index) => (name.toLowerCase() === actual[index] ? name.toLowerCase() : name));
}

// The cases list body spans line by line and leave the line ends out.
function withoutLineEnds(body: string): string {
  return body.replaceAll(/[\r\n]/g, '');
}
