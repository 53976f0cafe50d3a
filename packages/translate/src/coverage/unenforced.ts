/**
 * What a configuration says and the mesh does not do yet.   in: resources, the tables of this folder   out: issues
 *
 * The tables name what has an effect, so a field that nobody thought of is reported instead of ignored.
 */
import type { Issue } from '@weft/base';
import { isJsonObject, type JsonObject, type Resource, resourceTitle } from '@weft/config';
import { COVERAGE } from './all.ts';
import type { Body, Gap, KindCoverage } from './kind-coverage.ts';
import { type PathTree, pathTree, placesOf, uncovered } from './path-tree.ts';

export interface UnenforcedOptions {
  /** Which data plane will run the configuration; `weft` by default. A stock Envoy enforces some features that ours does not yet. */
  readonly dataPlane?: 'weft' | 'envoy';
}

/** An issue about configuration that is read but has no effect yet. */
export interface UnenforcedIssue extends Issue {
  readonly code: 'not-enforced';
  /** Leaving it out makes the mesh less safe than its author believes. */
  readonly security: boolean;
}

/**
 * Every kind, and every field path, that is in the resources and that translation does not turn into behaviour, with its
 * position. An issue with `security: true` has severity `error`, every other one `warning`.
 */
export function unenforced(
  resources: readonly Resource[],
  options: UnenforcedOptions = {},
): readonly UnenforcedIssue[] {
  const { dataPlane = 'weft' } = options;
  return resources.flatMap((resource) => ofResource(resource, COVERAGE[resource.type], dataPlane));
}

function ofResource(resource: Resource, coverage: KindCoverage, dataPlane: 'weft' | 'envoy'): UnenforcedIssue[] {
  if (coverage.effect === 'data') return [];
  const spec = specOf(resource);
  if (coverage.effect === 'none') {
    if (coverage.harmless?.(spec) === true) return [];
    return [
      issueAt(
        resource,
        '',
        `${resource.kind} is read, but has no effect yet: ${coverage.instead}`,
        coverage.security(spec),
      ),
    ];
  }
  const { body, paths, gaps } = coverage;
  const value = body === undefined ? spec : body.of(resource);
  const at = body?.at ?? 'spec';
  const unknown = uncovered(value, treeOf(paths), '').map((place) =>
    issueAt(resource, join(at, place.at), 'this field is read, but has no effect yet', false, body),
  );
  const open = gaps.filter((gap) => dataPlane === 'weft' || gap.onlyInWeft !== true);
  return [...unknown, ...open.flatMap((gap) => ofGap(resource, gap, value, at, body))];
}

function ofGap(resource: Resource, gap: Gap, value: unknown, at: string, body?: Body): UnenforcedIssue[] {
  return placesOf(value, gap.path)
    .filter((place) => gap.when?.(place.value) ?? true)
    .map((place) => {
      const isWord = gap.when !== undefined && typeof place.value !== 'object';
      const what = isWord ? `\`${String(place.value)}\`` : 'this field';
      const instead = typeof gap.instead === 'string' ? gap.instead : gap.instead(place.value);
      const security = typeof gap.security === 'function' ? gap.security(place.value) : (gap.security ?? false);
      return issueAt(
        resource,
        join(at, place.at),
        `${what} is read, but has no effect yet: ${instead}`,
        security,
        body,
      );
    });
}

function specOf({ raw }: Resource): JsonObject {
  const { spec } = raw;
  return isJsonObject(spec) ? spec : {};
}

function join(at: string, rest: string): string {
  return rest === '' ? at : `${at}.${rest}`;
}

const TREES = new WeakMap<readonly string[], PathTree>();

function treeOf(paths: readonly string[]): PathTree {
  const known = TREES.get(paths);
  if (known !== undefined) return known;
  const tree = pathTree(paths);
  TREES.set(paths, tree);
  return tree;
}

function issueAt(resource: Resource, at: string, message: string, security: boolean, body?: Body): UnenforcedIssue {
  const { source } = resource;
  const inside =
    body === undefined || at === body.at ? undefined : body.lineOf?.(resource, at.slice(body.at.length + 1));
  return {
    severity: security ? 'error' : 'warning',
    code: 'not-enforced',
    at,
    message,
    resource: resourceTitle(resource),
    security,
    position: { file: source.file, line: inside ?? (at === '' ? source.line : source.lineOf(at)) },
  };
}
