/** `http-robustness`: payloads of Http11Probe and http-desync-guardian through the proxy, judged by the answer and by what the backend saw. */
import type { CaseResult, Outcome, Suite } from '../suite.ts';
import { type Seen, startBackend } from './backend.ts';
import { type Answer, exchange } from './client.ts';
import { startProxy } from './proxy.ts';

interface ProbeCase {
  readonly id: string;
  readonly payload: string;
  readonly pass: readonly string[];
  readonly warn?: readonly string[];
  readonly expectText?: string;
}

interface DesyncCase {
  readonly name: string;
  readonly method: string;
  readonly uri: string;
  readonly version: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly tier: 'Severe' | 'Ambiguous' | 'Acceptable' | 'Compliant';
}

function describe(answer: Answer, seen: readonly Seen[]): string {
  const status = answer.status === 0 ? 'no response' : String(answer.status);
  const backend = seen.map(
    ({ raw, ambiguity }) => `${ambiguity ?? 'one framing'}: ${JSON.stringify(raw.slice(0, 200))}`,
  );
  return `${status}${answer.closed ? ', closed' : ''}; backend saw ${backend.length === 0 ? 'nothing' : backend.join(' and ')}`;
}

function meets(token: string, answer: Answer): boolean {
  if (token === 'close') return answer.status === 0 && !answer.hung;
  if (token === '1xx') return answer.interim.length > 0;
  if (/^\dxx$/.test(token)) return Math.floor(answer.status / 100) === Number(token[0]);
  return answer.status === Number(token);
}

/** What the text adds to the list of statuses: `2xx + close`, `405 + Allow header`, `204 without CL`. */
function meetsText(text: string, answer: Answer): boolean {
  if (text.includes('2xx + close') && answer.status < 300 && !answer.closed) return false;
  if (text.includes('+ Allow') && !/\r\nallow: /i.test(answer.head)) return false;
  return !(text.includes('without CL') && /\r\ncontent-length:/i.test(answer.head));
}

/** `!101`, `non-1xx response`: the list names what must not come. */
function isNegative(text: string): boolean {
  return text.startsWith('!') || text.startsWith('non-');
}

function judgeProbe(probe: ProbeCase, answer: Answer, seen: readonly Seen[]): Outcome {
  const text = probe.expectText ?? '';
  const listed = [...probe.pass, ...(probe.warn ?? [])].some((token) => meets(token, answer));
  const right = isNegative(text) ? !listed : listed && meetsText(text, answer);
  const safe = seen.length <= 1 && seen.every(({ ambiguity }) => ambiguity === undefined);
  if (right && safe) return { result: 'pass' };
  const expected = text === '' ? probe.pass.join(' or ') : text;
  return {
    result: 'fail',
    expected: `${expected}; at most one request, with one framing, at the backend`,
    actual: describe(answer, seen),
  };
}

function judgeDesync(desync: DesyncCase, answer: Answer, seen: readonly Seen[]): Outcome {
  const one = seen.length === 1 && seen[0]?.ambiguity === undefined;
  const refused = seen.length === 0 && answer.status >= 400 && answer.status < 600;
  const right = {
    Severe: seen.length === 0 && answer.status === 400 && answer.closed,
    Ambiguous: refused || one,
    // Not compliant with the RFC, yet harmless: strictness may refuse it.
    Acceptable: refused || one,
    Compliant: one,
  }[desync.tier];
  if (right) return { result: 'pass' };
  const expected = {
    Severe: '400, closed, nothing at the backend',
    Ambiguous: 'refused, or one framing at the backend',
    Acceptable: 'refused, or one framing at the backend',
    Compliant: 'one framing at the backend',
  }[desync.tier];
  return { result: 'fail', expected, actual: describe(answer, seen) };
}

/** The body that the meta text asks for: Content-Length many bytes, else a terminating chunk when chunked is spoken of. */
function bodyOf(desync: DesyncCase): string {
  const length = desync.headers.find(([name]) => name.trim().toLowerCase() === 'content-length')?.[1].trim();
  const chunked = desync.headers.some(([, value]) => value.toLowerCase().includes('chunked'));
  if (chunked) return '0\r\n\r\n';
  return /^\d+$/.test(length ?? '') ? 'x'.repeat(Number(length)) : '';
}

function payloadOf(desync: DesyncCase, id: string): string {
  const version = desync.version === '' ? '' : ` ${desync.version}`;
  const fields = desync.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `${desync.method} ${desync.uri}${version}\r\nHost: example.com\r\nX-Case: ${id}\r\n${fields}\r\n${bodyOf(desync)}`;
}

/** Marks a payload, after its first Host line and before everything else, so that the backend's log can be told apart. */
function marked(payload: string, id: string): string {
  return payload.replace(/^([^\r\n]*\r\n)/, (line) => `${line}X-Case: ${id}\r\n`);
}

export const httpRobustness: Suite = {
  name: 'http-robustness',
  file: 'http_robustness.json',
  async run(file) {
    const { http11probe, desyncGuardian } = file as {
      http11probe: readonly ProbeCase[];
      desyncGuardian: readonly DesyncCase[];
    };
    await using backend = await startBackend();
    const { proxy, port } = await startProxy(backend.port);
    const results: Promise<CaseResult>[] = [];
    const of = (id: string): readonly Seen[] => backend.seen.filter((seen) => seen.id === id);
    for (const [i, probe] of http11probe.entries()) {
      const id = `probe-${i}`;
      const payload = marked(probe.payload.replaceAll('$HOST', `127.0.0.1:${port}`), id);
      results.push(
        exchange(port, payload).then((answer) => ({ title: probe.id, outcome: judgeProbe(probe, answer, of(id)) })),
      );
    }
    for (const [i, desync] of desyncGuardian.entries()) {
      const id = `desync-${i}`;
      results.push(
        exchange(port, payloadOf(desync, id)).then((answer) => ({
          title: `${desync.tier}: ${desync.name}`,
          outcome: judgeDesync(desync, answer, of(id)),
        })),
      );
    }
    const settled = await Promise.all(results);
    await proxy.close();
    return settled;
  },
};
