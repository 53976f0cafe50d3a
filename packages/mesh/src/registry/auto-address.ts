import type { Resource } from '@weft/config';
import { isWildcard } from '../host.ts';
import { byCreation, refOf } from '../object-ref.ts';

/** Addresses of hosts that brought none, by `<namespace>/<host>`: an IPv4 and an IPv6 one each. */
export type AutoAddresses = ReadonlyMap<string, readonly string[]>;

/** The label by which a ServiceEntry declines (istio.io/docs/reference/config/labels). */
const OPT_OUT = 'networking.istio.io/enable-autoallocate-ip';
/** 240.240.0.0/16 and 2001:2::/48, reserved ranges that nothing routes (PILOT_IP_AUTOALLOCATE_IPV{4,6}_PREFIX). */
const V4 = '240.240.';
const V6 = '2001:2::';
/** Third bytes times fourth bytes; 0 and 255 are left out of the fourth, where old software takes them for networks. */
const SLOTS = 256 * 254;

/** Entries of a namespace that declare the same host share its addresses: a client asks for the host, whichever entry has the port. */
export function autoAddressKey(namespace: string, host: string): string {
  return `${namespace}/${host}`;
}

/**
 * Gives every host of a ServiceEntry without addresses two of its own, so that TCP entries on one port can be told apart and names have an
 * answer (pilot/pkg/networking/serviceentry, ip_autoallocation.go, says for which). What Istio wrote to `status.addresses` is kept. The rest
 * follows from a hash of the host's place, so a restart gives the same; who comes later by age yields (docs/decisions/0235).
 */
export function allocateAddresses(entries: readonly Resource<'ServiceEntry'>[]): AutoAddresses {
  const taken = new Set<string>();
  const found = new Map<string, readonly string[]>();
  const open: Resource<'ServiceEntry'>[] = [];
  for (const entry of entries) {
    for (const address of entry.spec.addresses ?? []) taken.add(address);
    if (!wantsAddresses(entry)) continue;
    const { namespace } = entry.metadata;
    const hosts = new Set(hostsOf(entry));
    for (const [host, addresses] of statusAddresses(entry)) {
      const key = autoAddressKey(namespace, host);
      if (!hosts.has(host) || found.has(key) || addresses.some((address) => taken.has(address))) continue;
      for (const address of addresses) taken.add(address);
      found.set(key, addresses);
    }
    open.push(entry);
  }
  open.sort((a, b) => byCreation(refOf(a), refOf(b)));
  for (const entry of open) {
    const { namespace } = entry.metadata;
    for (const host of hostsOf(entry)) {
      const key = autoAddressKey(namespace, host);
      const addresses = found.has(key) ? undefined : probe(key, taken);
      if (addresses !== undefined) found.set(key, addresses);
    }
  }
  return found;
}

const demands = new WeakMap<Resource<'ServiceEntry'>, string>();

/** All that an allocation asks of an entry, so that a change of anything else, of its endpoints say, leaves every address as it is. */
export function addressDemand(entry: Resource<'ServiceEntry'>): string {
  const known = demands.get(entry);
  if (known !== undefined) return known;
  const { namespace, name } = entry.metadata;
  const wanted = wantsAddresses(entry) ? [refOf(entry).creation, hostsOf(entry), [...statusAddresses(entry)]] : [];
  const demand = JSON.stringify([namespace, name, entry.spec.addresses, wanted]);
  demands.set(entry, demand);
  return demand;
}

function wantsAddresses({ spec, metadata }: Resource<'ServiceEntry'>): boolean {
  // Without resolution the address a client chose is where its connection goes, so it must be a real one.
  if ((spec.resolution ?? 'NONE') === 'NONE' || (spec.addresses ?? []).length > 0) return false;
  return metadata.labels[OPT_OUT]?.toLowerCase() !== 'false';
}

/** A wildcard stands for many hosts; only when each connection's host is looked up can they share an address. */
function hostsOf({ spec }: Resource<'ServiceEntry'>): readonly string[] {
  return (spec.hosts ?? []).filter((host) => !isWildcard(host) || spec.resolution === 'DYNAMIC_DNS');
}

function statusAddresses({ status }: Resource<'ServiceEntry'>): ReadonlyMap<string, readonly string[]> {
  const byHost = new Map<string, string[]>();
  for (const { host, value } of status?.addresses ?? []) {
    if (host === undefined || value === undefined) continue;
    const list = byHost.get(host);
    if (list === undefined) byHost.set(host, [value]);
    else list.push(value);
  }
  return byHost;
}

/** Double hashing: the step is odd and no multiple of 127, so it shares no factor with `SLOTS` and reaches every slot. */
function probe(key: string, taken: Set<string>): readonly string[] | undefined {
  const hash = fnv1a(key);
  let step = (fnv1a(`${key}#`) % SLOTS) | 1;
  if (step % 127 === 0) step += 2;
  for (let i = 0, slot = hash % SLOTS; i < SLOTS; i++, slot = (slot + step) % SLOTS) {
    const third = Math.floor(slot / 254);
    const fourth = (slot % 254) + 1;
    const v4 = `${V4}${third}.${fourth}`;
    const v6 = `${V6}${(third * 256 + fourth).toString(16)}`;
    if (taken.has(v4) || taken.has(v6)) continue;
    taken.add(v4);
    taken.add(v6);
    return [v4, v6];
  }
  return undefined;
}

/** FNV-1a, 32 bits (draft-eastlake-fnv). */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
