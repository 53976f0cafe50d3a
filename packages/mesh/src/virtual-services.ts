import type { Issue } from '@weft/base';
import type { Resource } from '@weft/config';
import type { Carry } from './carry.ts';
import { hasDelegates, mergeDelegates } from './delegate.ts';
import { byCreation, formatRef, keyOf } from './object-ref.ts';
import { resolveVirtualService, type VirtualService } from './virtual-service.ts';
import { isVisible } from './visibility.ts';

export interface VirtualServiceInputs {
  readonly domain: string;
  /** Who sees a rule that does not say so: defaultVirtualServiceExportTo of the mesh. */
  readonly exportTo: readonly string[];
  readonly carry: Pick<Carry, 'virtualServices' | 'merged'>;
}

/** Every root with what it delegates to, oldest first; delegates that are not there go to `issues`. */
export function virtualServicesOf(
  resources: readonly Resource<'VirtualService'>[],
  { domain, exportTo, carry }: VirtualServiceInputs,
  issues: Issue[],
): readonly VirtualService[] {
  const byKey = new Map<string, VirtualService>();
  for (const resource of resources) {
    const inputs = [resource, domain, exportTo.join()];
    byKey.set(
      keyOf(resource),
      carry.virtualServices.keep(keyOf(resource), inputs, () => resolveVirtualService(resource, domain, exportTo)),
    );
  }
  const merged: VirtualService[] = [];
  for (const [key, each] of byKey) {
    // Without hosts it is a delegate, which only counts as a part of its roots.
    if (each.hosts.length === 0) continue;
    if (!hasDelegates(each)) {
      merged.push(each);
      continue;
    }
    const find = (namespace: string, name: string): VirtualService | undefined => {
      const found = byKey.get(`${namespace}/${name}`);
      return found?.hosts.length === 0 && isVisible(found.exportTo, each.namespace) ? found : undefined;
    };
    const targets = each.http.flatMap(({ rule, origin }) => {
      if (rule.delegate === undefined) return [];
      const target = find(rule.delegate.namespace || each.namespace, rule.delegate.name ?? '');
      if (target === undefined) issues.push(missingDelegate(origin, rule.delegate));
      return [target];
    });
    merged.push(carry.merged.keep(key, [each, ...targets], () => mergeDelegates(each, find)));
  }
  return merged.sort((a, b) => byCreation(a.origin, b.origin));
}

/** By the gateways they are bound to, `mesh` among them; the order is kept. */
export function groupByGateway(all: readonly VirtualService[]): ReadonlyMap<string, readonly VirtualService[]> {
  const groups = new Map<string, VirtualService[]>();
  for (const each of all) {
    for (const gateway of new Set(each.gateways)) {
      const list = groups.get(gateway);
      if (list === undefined) groups.set(gateway, [each]);
      else list.push(each);
    }
  }
  return groups;
}

function missingDelegate(
  origin: VirtualService['http'][number]['origin'],
  delegate: { readonly name?: string; readonly namespace?: string },
): Issue {
  const namespace = delegate.namespace || origin.ref.namespace;
  return {
    severity: 'warning',
    code: 'missing-delegate',
    at: `${origin.path}.delegate`,
    message: `there is no VirtualService ${namespace}/${delegate.name ?? ''} to delegate to, so the rule has no effect`,
    expected: `the name of a VirtualService without hosts that is exported to ${origin.ref.namespace}`,
    resource: formatRef(origin.ref),
    position: origin.ref.positionOf(`${origin.path}.delegate`),
  };
}
