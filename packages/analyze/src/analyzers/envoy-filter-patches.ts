import type { EnvoyConfigPatch, Resource } from '@weft/config';
import type { Analyzer, Tell } from '../analyzer.ts';

const REPLACEABLE: ReadonlySet<string> = new Set(['NETWORK_FILTER', 'HTTP_FILTER', 'VIRTUAL_HOST']);
const RELATIVE: ReadonlySet<string> = new Set(['REMOVE', 'REPLACE', 'INSERT_BEFORE', 'INSERT_AFTER']);

/** The filter a patch is about: the one it adds, else the one it looks for. */
function filterName({ match, patch }: EnvoyConfigPatch): string {
  const name = patch?.value?.['name'];
  if (typeof name === 'string') return name;
  return patch?.value === undefined ? '' : (match?.listener?.filterChain?.filter?.name ?? '');
}

function isWholeRoute({ applyTo }: EnvoyConfigPatch): boolean {
  return applyTo === 'ROUTE_CONFIGURATION' || applyTo === 'HTTP_ROUTE';
}

type WrongUse = 'IST0152' | 'IST0153' | 'IST0154';

/** An operation that does nothing to what it is applied to. */
function wrongUse(patch: EnvoyConfigPatch): WrongUse | undefined {
  const operation = patch.patch?.operation;
  if (operation === 'ADD' && isWholeRoute(patch)) return 'IST0153';
  if (operation === 'REMOVE' && isWholeRoute(patch)) return 'IST0154';
  if (operation === 'REPLACE' && !REPLACEABLE.has(patch.applyTo ?? '')) return 'IST0152';
  return undefined;
}

/** Filters patched so far by patches that are bound to a proxy version. */
type Versioned = Set<string>;

function check(filter: Resource<'EnvoyFilter'>, versioned: Versioned, tell: Tell): void {
  for (const [i, patch] of (filter.spec.configPatches ?? []).entries()) {
    if (patch.patch === undefined) return;
    // Without a value there is nothing to point at but all patches; one word about the missing priority is enough then.
    const at = patch.patch.value === undefined ? 'spec.configPatches' : `spec.configPatches[${i}].patch.value`;
    const wrong = wrongUse(patch);
    const name = filterName(patch);
    if (wrong !== undefined) tell(wrong, filter, at, {});
    else if (RELATIVE.has(patch.patch.operation ?? '') && (filter.spec.priority ?? 0) === 0) {
      tell(versioned.has(name) ? 'IST0155' : 'IST0151', filter, at, {});
    }
    if ((patch.match?.proxy?.proxyVersion ?? '') !== '') versioned.add(name);
  }
}

/** Patches that have no effect, or whose effect depends on an order nobody has set. */
export const envoyFilterPatches: Analyzer = {
  name: 'envoyfilter.EnvoyPatchAnalyzer',
  codes: ['IST0151', 'IST0152', 'IST0153', 'IST0154', 'IST0155'],
  analyze(objects, tell) {
    const versioned: Versioned = new Set();
    for (const filter of objects.of('EnvoyFilter')) check(filter, versioned, tell);
  },
};
