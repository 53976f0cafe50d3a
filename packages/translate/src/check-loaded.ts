import { hasErrors, type Issue } from '@weft/base';
import type { Resource } from '@weft/config';
import { checkPatches } from './envoy-filter/decode.ts';

/** Resources, and what is wrong with those that are not among them. */
export interface CheckedResources {
  readonly resources: readonly Resource[];
  readonly issues: readonly Issue[];
}

/** Adds what only the messages of xDS can tell: values of EnvoyFilters that cannot be read. Such resources are left out. */
export function checkLoaded(loaded: CheckedResources): CheckedResources {
  const found = loaded.resources.map((resource) => ({ resource, issues: checkPatches(resource) }));
  const issues = found.flatMap((each) => each.issues);
  if (issues.length === 0) return loaded;
  return {
    resources: found.filter((each) => !hasErrors(each.issues)).map((each) => each.resource),
    issues: [...loaded.issues, ...issues],
  };
}
