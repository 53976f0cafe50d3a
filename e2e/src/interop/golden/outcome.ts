/** Sends a probe and reduces the answer to what two data planes must agree on. */
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { networkInterfaces } from 'node:os';
import type { Probe } from './probes.ts';

/** Differ from request to request, or name the one who writes them; that they are there is compared all the same. */
const VALUES_NOT_COMPARED: ReadonlySet<string> = new Set([
  'date',
  'x-request-id',
  'x-envoy-upstream-service-time',
  'traceparent',
  'x-b3-traceid',
  'x-b3-spanid',
]);

/**
 * Ours alone, written on purpose: the reason of a reply the proxy makes itself, and who we are, by a filter that a stock Envoy does not
 * have. How a connection is kept is between two hops.
 */
const NOT_COMPARED: ReadonlySet<string> = new Set([
  'x-weft-error',
  'x-envoy-peer-metadata',
  'x-envoy-peer-metadata-id',
  'connection',
  'keep-alive',
]);

/** Envoy calls a client on its own machine by the machine's outer address, which we do not. */
const OWN_ADDRESSES: ReadonlySet<string> = new Set(
  Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address)),
);

/** What became of one request: one line of text for each fact. */
export interface Outcome {
  /** The backend reached, `reply` for an answer of the proxy itself, `closed` without one. */
  readonly reached: string;
  readonly facts: readonly string[];
  /** The cookie that the proxy gave the client, as the client gives it back. */
  readonly cookie: string | undefined;
}

export async function send(port: number, probe: Probe): Promise<Outcome> {
  const options = {
    host: '127.0.0.1',
    port,
    method: probe.method,
    path: probe.target,
    headers: { ...probe.headers, host: probe.authority },
    agent: false,
    timeout: 10_000,
  };
  try {
    return await outcomeOf(options, probe.serverName);
  } catch (error) {
    // How a connection ends is the system's matter; that it ends without an answer is compared.
    if (error instanceof Error && 'code' in error)
      return { reached: 'closed', facts: ['no answer'], cookie: undefined };
    throw error;
  }
}

function outcomeOf(options: RequestOptions, serverName: string | undefined): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const receive = (response: IncomingMessage): void => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('error', reject);
      response.on('end', () => resolve(describe(response, body)));
    };
    const outgoing =
      serverName === undefined
        ? requestHttp(options, receive)
        : requestHttps({ ...options, servername: serverName, rejectUnauthorized: false }, receive);
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within 10 s: ${options.path}`)));
    outgoing.on('error', reject);
    outgoing.end();
  });
}

function describe(response: IncomingMessage, body: string): Outcome {
  const seen = parseSeen(body);
  const facts = [`status ${response.statusCode}`, ...headerFacts('response', response.headers)];
  const cookie = response.headers['set-cookie']?.[0]?.split(';')[0];
  if (seen === undefined) return { reached: 'reply', facts: [...facts, `body ${body}`], cookie };
  const { backend, headers, ...line } = seen;
  for (const [key, value] of Object.entries(line)) facts.push(`${key} ${String(value)}`);
  facts.push(...headerFacts('request', headers));
  // The length of the body tells which backend wrote it.
  return { reached: backend, facts: facts.filter((fact) => !fact.startsWith('response content-length')), cookie };
}

interface SeenRequest {
  readonly backend: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

function parseSeen(body: string): SeenRequest | undefined {
  if (!body.startsWith('{"backend"')) return undefined;
  const seen: SeenRequest = JSON.parse(body);
  return seen;
}

function headerFacts(side: string, headers: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(headers)
    .filter((name) => !NOT_COMPARED.has(name))
    .sort()
    .map((name) => `${side} ${name}: ${comparable(name, String(headers[name]))}`);
}

function comparable(name: string, value: string): string {
  if (VALUES_NOT_COMPARED.has(name)) return '…';
  // Each client gets a value of its own.
  if (name === 'set-cookie') return value.replace(/="?[^;"]*"?/, '=…');
  return OWN_ADDRESSES.has(value) ? '127.0.0.1' : value;
}
