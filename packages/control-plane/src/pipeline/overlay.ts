import type { Issue } from '@weft/base';
import { type Resource, resourceKey, resourceTitle } from '@weft/config';

/** `current` with `changed` put over it. */
export function overlay(current: readonly Resource[], changed: readonly Resource[]): readonly Resource[] {
  const keys = new Set(changed.map(resourceKey));
  return [...current.filter((resource) => !keys.has(resourceKey(resource))), ...changed];
}

/** The issues of `after` that `before` does not have, or that are about one of `touched`. */
export function newIssues(
  before: readonly Issue[],
  after: readonly Issue[],
  touched: readonly Resource[],
): readonly Issue[] {
  const known = new Set(before.map(identity));
  const titles = new Set(touched.map(resourceTitle));
  const seen = new Set<string>();
  return after.filter((issue) => {
    const id = identity(issue);
    if (seen.has(id) || (known.has(id) && !titles.has(issue.resource ?? ''))) return false;
    seen.add(id);
    return true;
  });
}

function identity({ code, resource, at, message }: Issue): string {
  return [code, resource, at, message].join('\0');
}
