import type { ServedKind } from '../config-reader.ts';

/** A path below `/api/v1` or `/apis/<group>/<version>` that names a kind, perhaps a namespace, perhaps an object. */
export interface ResourcePath {
  readonly kind: ServedKind;
  readonly version: string;
  /** Undefined: all namespaces, or a kind without. */
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** `/status` behind the name: what is read and written of the object is its status alone. */
  readonly status: boolean;
}

/** What stands at a path of the Kubernetes-shaped part of the API; undefined for nothing. */
export type ApiPath =
  | { readonly type: 'resource'; readonly path: ResourcePath }
  | { readonly type: 'resourceList'; readonly group: string; readonly version: string }
  | { readonly type: 'group'; readonly group: string }
  | { readonly type: 'groups' }
  | { readonly type: 'coreVersions' };

export function parseApiPath(segments: readonly string[], kinds: readonly ServedKind[]): ApiPath | undefined {
  const [root, ...rest] = segments;
  if (root === 'api') {
    if (rest.length === 0) return { type: 'coreVersions' };
    return rest[0] === 'v1' ? below('', 'v1', rest.slice(1), kinds) : undefined;
  }
  if (root !== 'apis') return undefined;
  const [group, version] = rest;
  if (group === undefined) return { type: 'groups' };
  if (version === undefined) return kinds.some((kind) => kind.group === group) ? { type: 'group', group } : undefined;
  return below(group, version, rest.slice(2), kinds);
}

function below(
  group: string,
  version: string,
  rest: readonly string[],
  kinds: readonly ServedKind[],
): ApiPath | undefined {
  const served = kinds.filter((kind) => kind.group === group && kind.versions.includes(version));
  if (served.length === 0) return undefined;
  if (rest.length === 0) return { type: 'resourceList', group, version };
  const find = (plural: string | undefined): ServedKind | undefined => served.find((kind) => kind.plural === plural);
  // `/namespaces/<ns>/<plural>` is about what is inside; `/namespaces/<name>` about the Namespace itself.
  if (rest[0] === 'namespaces' && rest.length >= 3) {
    const kind = find(rest[2]);
    const status = rest[4] === 'status';
    if (kind === undefined || !kind.namespaced || rest.length > (status ? 5 : 4)) return undefined;
    return { type: 'resource', path: { kind, version, namespace: rest[1], name: rest[3], status } };
  }
  const kind = find(rest[0]);
  const status = rest[2] === 'status';
  if (kind === undefined || rest.length > (status ? 3 : 2)) return undefined;
  // An object of a namespaced kind is only found in its namespace.
  if (kind.namespaced && rest.length >= 2) return undefined;
  return { type: 'resource', path: { kind, version, namespace: undefined, name: rest[1], status } };
}
