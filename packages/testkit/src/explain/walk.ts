import type { Arrival } from './arrival.ts';
import type { Call } from './call.ts';
import type { Explanation, ForwardOutcome, HopExplanation, Outcome, RuleExplanation } from './explanation.ts';
import { takeHop } from './hop.ts';
import type { ProxyView } from './proxy-view.ts';
import type { Session } from './session.ts';
import type { Asked } from './unsent-rules.ts';

/** A proxy in the way of a connection. */
export interface MetProxy {
  readonly view: ProxyView;
  readonly side: Arrival['side'];
}

/** Where the proxies of a mesh are. */
export interface ProxySource {
  /** Who gets a connection to this address; undefined: whatever is there, without a proxy. */
  at(address: string, port: number): Promise<MetProxy | undefined>;
  /** Rules for the request that the proxy was not sent, with why; see `unsentRules`. */
  unsent(hop: HopExplanation, asked: Asked): Promise<readonly RuleExplanation[]>;
}

/** Where a call begins: the first proxy that it meets and how it comes there. */
export interface Start {
  readonly from: string;
  readonly view: ProxyView;
  readonly side: Arrival['side'];
  /** Where the connection wants to go. */
  readonly address: string;
  readonly source: string;
}

/** More proxies than a request passes in any mesh: two that send to each other are stopped here. */
const MAX_HOPS = 8;

/** Follows a request from proxy to proxy until it is answered or reaches an application. */
export async function walk(call: Call, start: Start, proxies: ProxySource, session: Session): Promise<Explanation> {
  const hops: HopExplanation[] = [];
  let met: MetProxy | undefined = start;
  let arrival: Arrival | undefined = firstArrival(call, start);
  let note = '';
  while (arrival !== undefined && met !== undefined && hops.length < MAX_HOPS) {
    const { explanation, next } = takeHop(met.view, { ...arrival, side: met.side }, session);
    hops.push(session.traced ? await withUnsent(explanation, met.view, arrival, proxies) : explanation);
    arrival = next;
    if (next === undefined) break;
    met = await proxies.at(next.address, next.port);
    if (met === undefined) note = `${next.address}:${next.port} is behind no proxy of the mesh`;
  }
  if (hops.length === MAX_HOPS) note = `it went through ${MAX_HOPS} proxies and is followed no further`;
  const { head } = call;
  return {
    request: { from: start.from, method: head?.method ?? '', url: call.url, headers: call.headers },
    hops,
    outcome: outcomeOf(hops),
    note,
  };
}

async function withUnsent(
  hop: HopExplanation,
  { node }: ProxyView,
  { head, port }: Arrival,
  proxies: ProxySource,
): Promise<HopExplanation> {
  if (head === undefined) return hop;
  const host = head.authority.replace(/:\d+$/, '');
  return { ...hop, lostRules: [...hop.lostRules, ...(await proxies.unsent(hop, { node, host, port }))] };
}

/** What stops the request counts, wherever it does; else where the last sender sent it. */
function outcomeOf(hops: readonly HopExplanation[]): Outcome {
  const last = hops.at(-1)?.outcome;
  if (last !== undefined && last.kind !== 'forward') return aimedAt(last, hops);
  const sender = hops.findLast(({ side }) => side !== 'inbound') ?? hops.at(-1);
  return sender?.outcome ?? { kind: 'refused', reason: 'no proxy met the request' };
}

/** A reply of the destination's proxy says whose it is. */
function aimedAt(outcome: Exclude<Outcome, ForwardOutcome>, hops: readonly HopExplanation[]): Outcome {
  if (outcome.kind !== 'reply' || outcome.service !== '') return outcome;
  const sender = hops.findLast(({ side }) => side !== 'inbound')?.outcome;
  if (sender?.kind !== 'forward') return outcome;
  return { ...outcome, cluster: sender.cluster, service: sender.service, subset: sender.subset };
}

function firstArrival(call: Call, start: Start): Arrival {
  const encrypted = call.protocol === 'https' || call.protocol === 'tls';
  const http2 = call.protocol === 'grpc';
  const alpn = call.protocol === 'https' ? ['h2', 'http/1.1'] : [];
  // The name in the handshake is the one that is asked for, as browsers and `curl --connect-to` have it.
  const serverName = call.head?.authority.replace(/:\d+$/, '') ?? call.host;
  return {
    side: start.side,
    address: start.address,
    port: call.port,
    source: start.source,
    tls: encrypted ? { serverName, alpn, principal: '' } : undefined,
    http2,
    head: call.head,
  };
}
