import { formatDurationMs } from '@weft/base';
import type { ClusterExplanation, Explanation, ForwardOutcome } from '@weft/testing/explain';
import { printOutcome } from '@weft/testing/explain';

/** What a client or an application would notice of a request's way, by name: what two configurations are compared by. Chance is left out. */
export type Effects = ReadonlyMap<string, string>;

export function effectsOf({ hops, outcome }: Explanation): Effects {
  const effects = new Map<string, string>();
  const sender = hops.findLast(({ side }) => side !== 'inbound') ?? hops.at(-1);
  const goesTo = sender?.destinations ?? [];
  effects.set('goes to', goesTo.map(shareOf).join(', ') || printOutcome(outcome));
  for (const destination of goesTo) {
    const { endpoints, problem, tls } = destination;
    effects.set(`endpoints of ${nameOf(destination)}`, String(endpoints.filter(({ eligible }) => eligible).length));
    effects.set(`TLS to ${nameOf(destination)}`, tls.mode);
    if (problem !== undefined) effects.set(`instead of ${nameOf(destination)}`, problem);
  }
  if (sender?.intended !== undefined) addForward(effects, sender.intended);
  for (const { percent, what } of sender?.filters.flatMap(({ chances }) => chances) ?? []) {
    effects.set(what, `${percent} % of requests`);
  }
  // What a single destination lacks is said of it, and faults have their share: chance decides who of several is asked.
  const lacking = outcome.kind === 'reply' && ['UH', 'NC', 'FI'].includes(outcome.flag);
  if (goesTo.length > 0 && outcome.kind !== 'forward' && !lacking) effects.set('answer', printOutcome(outcome));
  return effects;
}

function addForward(effects: Map<string, string>, outcome: ForwardOutcome): void {
  const { authority, mirrors, path, requestHeaders, responseHeaders, retries, timeoutMs } = outcome;
  effects.set('timeout', timeoutMs === 0 ? 'none' : formatDurationMs(timeoutMs));
  const each =
    retries?.perTryTimeoutMs === undefined ? '' : `, each within ${formatDurationMs(retries.perTryTimeoutMs)}`;
  effects.set('retries', retries === undefined ? 'none' : `${retries.attempts} on ${retries.on.join(', ')}${each}`);
  if (path !== '') effects.set('sent as', `${authority}${path}`);
  if (mirrors.length > 0) effects.set('mirrors', mirrors.map((m) => `${m.percent} % ${m.cluster}`).join(', '));
  for (const [name, changes] of [
    ['request', requestHeaders],
    ['response', responseHeaders],
  ] as const) {
    for (const [header, value] of Object.entries(changes.added)) effects.set(`${name} header ${header}`, value);
    for (const header of changes.removed) effects.set(`${name} header ${header}`, 'removed');
  }
}

function nameOf({ cluster, service, subset }: ClusterExplanation): string {
  return service === '' ? cluster : `${service}${subset === '' ? '' : ` ${subset}`}`;
}

function shareOf(destination: ClusterExplanation): string {
  const { percent } = destination;
  const share = percent === 100 ? '' : `${Number(percent.toFixed(1))} % `;
  return `${share}${nameOf(destination)}`;
}

export interface Difference {
  readonly what: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export function differences(before: Effects, after: Effects): readonly Difference[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].flatMap((what) => {
    const [old, now] = [before.get(what), after.get(what)];
    // Of a destination that is new or gone, that it is says enough.
    const ofOne = /^(?:endpoints of|TLS to) /.test(what) && (old === undefined || now === undefined);
    return old === now || ofOne ? [] : [{ what, before: old, after: now }];
  });
}
