import type { Origin } from '../decode/origin.ts';
import { type IpRange, inRange, isLoopback, parseIp } from '../endpoint/ip.ts';
import type { ConnectionHead, FilterChain, FilterChainMatch, Listener } from './listener.ts';

/** The steps of filter-chain matching in their order (FilterChainMatch). */
export const CHAIN_STEPS = [
  'destination port',
  'destination address',
  'server name',
  'transport protocol',
  'application protocols',
  'direct source address',
  'source type',
  'source address',
  'source port',
] as const;
export type ChainStep = (typeof CHAIN_STEPS)[number];

/** Hears which chains a step put aside; the decision itself has none. */
type ChainRecorder = (chain: FilterChain, step: ChainStep, matched: boolean) => void;

/**
 * The filter chain of a connection: at each step only the most specific matches stay, and there is no way back to one that a former
 * step put aside (FilterChainMatch). Undefined: no chain, the connection is to be closed.
 */
export function planConnection(listener: Listener, head: ConnectionHead): FilterChain | undefined {
  return choose(listener, head, null);
}

interface Parsed {
  readonly head: ConnectionHead;
  readonly destination: readonly number[];
  readonly directSource: readonly number[];
  readonly source: readonly number[];
  readonly local: boolean;
}

function choose(listener: Listener, head: ConnectionHead, recorder: ChainRecorder | null): FilterChain | undefined {
  const source = parseIp(head.sourceAddress) ?? [];
  const destination = parseIp(head.destinationAddress) ?? [];
  const local = isLoopback(source) || (source.length > 0 && source.join() === destination.join());
  const parsed: Parsed = { head, destination, directSource: parseIp(head.directSourceAddress) ?? [], source, local };
  let left: readonly FilterChain[] = listener.chains;
  for (const step of CHAIN_STEPS) {
    if (left.length === 0) break;
    left = mostSpecific(left, step, parsed, recorder);
  }
  return left[0] ?? listener.defaultChain;
}

function mostSpecific(
  chains: readonly FilterChain[],
  step: ChainStep,
  parsed: Parsed,
  recorder: ChainRecorder | null,
): readonly FilterChain[] {
  const scores = chains.map((chain) => specificity(chain.match, step, parsed));
  const best = Math.max(...scores);
  return chains.filter((chain, i) => {
    const stays = best >= 0 && scores[i] === best;
    if (!stays && recorder !== null) recorder(chain, step, scores[i]! >= 0);
    return stays;
  });
}

/** How specifically `match` accepts the connection at `step`; 0 accepts everything, -1 refuses. */
function specificity(match: FilterChainMatch, step: ChainStep, parsed: Parsed): number {
  const { head } = parsed;
  switch (step) {
    case 'destination port':
      return exact(match.destinationPort, head.destinationPort);
    case 'destination address':
      return inRanges(match.destinationRanges, parsed.destination);
    case 'server name':
      return match.serverNames.length === 0 ? 0 : serverName(match.serverNames, head.serverName);
    case 'transport protocol':
      return exact(match.transportProtocol === '' ? undefined : match.transportProtocol, head.transportProtocol);
    case 'application protocols':
      return match.applicationProtocols.length === 0
        ? 0
        : protocols(match.applicationProtocols, head.applicationProtocols);
    case 'direct source address':
      return inRanges(match.directSourceRanges, parsed.directSource);
    case 'source type':
      return match.sourceType === 'any' ? 0 : (match.sourceType === 'same-ip-or-loopback') === parsed.local ? 1 : -1;
    case 'source address':
      return inRanges(match.sourceRanges, parsed.source);
    case 'source port':
      return match.sourcePorts.length === 0 ? 0 : match.sourcePorts.includes(head.sourcePort) ? 1 : -1;
  }
}

function exact<T>(wanted: T | undefined, actual: T): number {
  if (wanted === undefined) return 0;
  return wanted === actual ? 1 : -1;
}

/** A /0 range is more specific than no range at all only in name: Envoy keeps both in one place, as do we. */
function inRanges(ranges: readonly IpRange[], ip: readonly number[]): number {
  if (ranges.length === 0) return 0;
  let best = -1;
  for (const range of ranges) if (range.bits > best && inRange(range, ip)) best = range.bits;
  return best;
}

/** An exact name before `*.suffix`, a longer suffix before a shorter one. */
function serverName(names: readonly string[], actual: string): number {
  let best = -1;
  for (const name of names) {
    if (name === actual) return Number.MAX_SAFE_INTEGER;
    if (name.startsWith('*.') && actual.endsWith(name.slice(1)) && actual.length >= name.length)
      best = Math.max(best, name.length);
  }
  return best;
}

/** The client's first offer that the chain knows decides. */
function protocols(known: readonly string[], offered: readonly string[]): number {
  const at = offered.findIndex((protocol) => known.includes(protocol));
  return at < 0 ? -1 : offered.length - at;
}

export interface ChainVerdict {
  readonly chain: FilterChain;
  readonly won: boolean;
  /** The step that put it aside; undefined for the winner and for a default chain that was not needed. */
  readonly step: ChainStep | undefined;
  readonly why: string;
  readonly origin: Origin | undefined;
}

/** The decision of `planConnection`, and why the other chains lost. */
export function explainConnection(
  listener: Listener,
  head: ConnectionHead,
): { readonly chain: FilterChain | undefined; readonly chains: readonly ChainVerdict[] } {
  const lost = new Map<FilterChain, ChainVerdict>();
  const chain = choose(listener, head, (loser, step, matched) => {
    const why = matched
      ? `another chain is more specific about the ${step}`
      : `it wants ${step} ${wantedAt(loser.match, step)}; the connection has ${actualAt(head, step)}`;
    lost.set(loser, { chain: loser, won: false, step, why, origin: loser.origin });
  });
  const all = listener.defaultChain === undefined ? listener.chains : [...listener.chains, listener.defaultChain];
  return { chain, chains: all.map((candidate) => lost.get(candidate) ?? remaining(candidate, chain)) };
}

/** What a chain asks for at a step, for people. */
function wantedAt(match: FilterChainMatch, step: ChainStep): string {
  switch (step) {
    case 'destination port':
      return String(match.destinationPort ?? 'any');
    case 'destination address':
      return match.destinationRanges.map(({ text }) => text).join(' or ');
    case 'server name':
      return match.serverNames.join(' or ');
    case 'transport protocol':
      return match.transportProtocol;
    case 'application protocols':
      return match.applicationProtocols.join(' or ');
    case 'direct source address':
      return match.directSourceRanges.map(({ text }) => text).join(' or ');
    case 'source type':
      return match.sourceType;
    case 'source address':
      return match.sourceRanges.map(({ text }) => text).join(' or ');
    case 'source port':
      return match.sourcePorts.join(' or ');
  }
}

function actualAt(head: ConnectionHead, step: ChainStep): string {
  switch (step) {
    case 'destination port':
      return String(head.destinationPort);
    case 'destination address':
      return head.destinationAddress;
    case 'server name':
      return head.serverName === '' ? 'none' : head.serverName;
    case 'transport protocol':
      return head.transportProtocol;
    case 'application protocols':
      return head.applicationProtocols.length === 0 ? 'none' : head.applicationProtocols.join(', ');
    case 'direct source address':
      return head.directSourceAddress;
    case 'source type':
      return `source ${head.sourceAddress}`;
    case 'source address':
      return head.sourceAddress;
    case 'source port':
      return String(head.sourcePort);
  }
}

function remaining(candidate: FilterChain, winner: FilterChain | undefined): ChainVerdict {
  const won = candidate === winner;
  const why = !won
    ? 'it is the default, and another chain matches'
    : candidate.index < 0
      ? 'no chain matches: it is the default'
      : 'it is the most specific match';
  return { chain: candidate, won, step: undefined, why, origin: candidate.origin };
}
