import type { ServedKind } from '../config-reader.ts';

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

interface GroupVersion {
  readonly groupVersion: string;
  readonly version: string;
}

/** Discovery documents (apimachinery, meta/v1: APIGroupList, APIResourceList), as clients ask for them before they ask for objects. */
export function groupList(kinds: readonly ServedKind[]): unknown {
  const groups = [...new Set(kinds.map(({ group }) => group))].filter((group) => group !== '').sort();
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map((group) => groupOf(kinds, group)) };
}

export function apiGroup(kinds: readonly ServedKind[], group: string): unknown {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(kinds, group) };
}

export function coreVersions(): unknown {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
}

export function resourceList(kinds: readonly ServedKind[], group: string, version: string): unknown {
  const served = kinds.filter((kind) => kind.group === group && kind.versions.includes(version));
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources: served.map(({ kind, plural, namespaced, shortNames }) => ({
      name: plural,
      singularName: kind.toLowerCase(),
      namespaced,
      kind,
      verbs: VERBS,
      shortNames,
    })),
  };
}

function groupOf(
  kinds: readonly ServedKind[],
  group: string,
): { name: string; versions: GroupVersion[]; preferredVersion: GroupVersion | undefined } {
  const names = new Set(kinds.filter((kind) => kind.group === group).flatMap(({ versions }) => versions));
  const versions = [...names].map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions, preferredVersion: versions[0] };
}
