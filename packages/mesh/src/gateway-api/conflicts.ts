import type { GatewayListener, Resource } from '@weft/config';
import { byCreation, refOf } from '../object-ref.ts';

type Owner = Resource<'KubernetesGateway'> | Resource<'ListenerSet'>;

/** A listener of a ListenerSet may leave its port to its protocol. */
export function withPort(listener: GatewayListener): GatewayListener {
  if (listener.port !== undefined && listener.port !== 0) return listener;
  const { port: _, ...rest } = listener;
  if (listener.protocol === 'HTTP') return { ...rest, port: 80 };
  return listener.protocol === 'HTTPS' ? { ...rest, port: 443 } : rest;
}

/**
 * The listeners that lose their place to another one of the same Gateway, with the reason: the Gateway's own come first, then those of the
 * older ListenerSet (https://gateway-api.sigs.k8s.io/geps/gep-1713/).
 */
export function listenerConflicts(
  gateway: Resource<'KubernetesGateway'>,
  sets: readonly Resource<'ListenerSet'>[],
): ReadonlyMap<Owner, ReadonlyMap<number, string>> {
  const owners: Owner[] = [gateway, ...[...sets].sort((a, b) => byCreation(refOf(a), refOf(b)))];
  const winners: GatewayListener[] = [];
  const lost = new Map<Owner, Map<number, string>>();
  for (const owner of owners) {
    const losers = new Map<number, string>();
    lost.set(owner, losers);
    for (const [i, written] of (owner.spec.listeners ?? []).entries()) {
      const listener = owner.type === 'ListenerSet' ? withPort(written) : written;
      const winner = winners.find((each) => contend(each, listener));
      if (winner === undefined) winners.push(listener);
      else losers.set(i, sameProtocol(winner, listener) ? 'HostnameConflict' : 'ProtocolConflict');
    }
  }
  return lost;
}

const L4: ReadonlySet<string | undefined> = new Set(['TCP', 'UDP']);
const BY_HOST: ReadonlySet<string | undefined> = new Set(['HTTP', 'HTTPS', 'TLS']);

function contend(a: GatewayListener, b: GatewayListener): boolean {
  if (a.port !== b.port) return false;
  if (BY_HOST.has(a.protocol) && BY_HOST.has(b.protocol)) return (a.hostname || '*') === (b.hostname || '*');
  if (L4.has(a.protocol) || L4.has(b.protocol)) {
    const known = (each: GatewayListener): boolean => L4.has(each.protocol) || BY_HOST.has(each.protocol);
    return known(a) && known(b);
  }
  return a.protocol === b.protocol;
}

function sameProtocol(a: GatewayListener, b: GatewayListener): boolean {
  return a.protocol === b.protocol && !L4.has(a.protocol);
}
