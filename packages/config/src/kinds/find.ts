import { type Issue, suggest } from '@weft/base';
import { KINDS } from './all.ts';
import type { KindRow } from './kind.ts';
import { KUBERNETES_KINDS } from './kubernetes-kinds.ts';

/** `networking.istio.io/v1` → group and version; the core group is empty: `v1`. Undefined when it is neither. */
export function parseApiVersion(apiVersion: string): { readonly group: string; readonly version: string } | undefined {
  const match = /^(?:([a-z0-9.-]+)\/)?(v\d+(?:(?:alpha|beta)\d+)?)$/.exec(apiVersion);
  return match === null ? undefined : { group: match[1] ?? '', version: match[2] ?? '' };
}

/** The row for a group and any name of the kind: `VirtualService`, `virtualservices`, `virtualservice`, `vs`. */
export function kindOf(group: string, name: string): KindRow | undefined {
  const wanted = name.toLowerCase();
  return KINDS.find((row) => row.group === group && namesOf(row).includes(wanted));
}

/** Rows that answer to a name in any group, as `weft get vs` asks; `gateways.networking.istio.io` names the group too. */
export function kindsNamed(name: string): readonly KindRow[] {
  const wanted = name.toLowerCase();
  return KINDS.filter((row) => namesOf(row).some((alias) => alias === wanted || `${alias}.${row.group}` === wanted));
}

function namesOf(row: KindRow): readonly string[] {
  return [row.kind.toLowerCase(), row.plural, row.singular, ...row.shortNames];
}

/** The path of a collection or an object in the Kubernetes API: `/apis/networking.istio.io/v1/namespaces/default/virtualservices/orders`. */
export function restPath(row: KindRow, namespace?: string, name?: string): string {
  const root = row.group === '' ? `/api/${row.versions[0]}` : `/apis/${row.group}/${row.versions[0]}`;
  const scope = row.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${row.plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}

type Found = { readonly ok: true; readonly row: KindRow } | { readonly ok: false; readonly issues: readonly Issue[] };

function refused(
  at: string,
  code: string,
  message: string,
  hint?: string,
  severity: Issue['severity'] = 'error',
): Found {
  return { ok: false, issues: [{ severity, code, at, message, ...(hint === undefined ? {} : { hint }) }] };
}

/** The row of a document, or why there is none. */
export function findKind(apiVersion: unknown, kind: unknown): Found {
  if (typeof kind !== 'string')
    return refused('kind', 'missing-field', 'kind is missing', 'every document needs apiVersion and kind');
  if (typeof apiVersion !== 'string')
    return refused('apiVersion', 'missing-field', `apiVersion is missing for ${kind}`);
  const parsed = parseApiVersion(apiVersion);
  if (parsed === undefined)
    return refused('apiVersion', 'bad-api-version', `malformed apiVersion ${JSON.stringify(apiVersion)}`);
  const row = KINDS.find((candidate) => candidate.group === parsed.group && candidate.kind === kind);
  if (row === undefined) return unknownKind(parsed.group, kind);
  if (!row.versions.includes(parsed.version)) {
    return refused(
      'apiVersion',
      'unknown-version',
      `${kind} is not served in version ${parsed.version}`,
      `use ${row.versions.map((version) => (row.group === '' ? version : `${row.group}/${version}`)).join(' or ')}`,
    );
  }
  return { ok: true, row };
}

function unknownKind(group: string, kind: string): Found {
  const elsewhere = KINDS.find((row) => row.kind === kind);
  if (elsewhere !== undefined) {
    return refused(
      'apiVersion',
      'unknown-kind',
      `there is no ${kind} in group ${JSON.stringify(group)}`,
      `did you mean ${elsewhere.group}?`,
    );
  }
  // In a group of somebody else every kind is unknown, and none of them is a misspelling of ours. Kubernetes' groups are read in part.
  const ours = KINDS.filter((row) => row.group === group);
  const whole = ours.some((row) => !KUBERNETES_KINDS.includes(row));
  const near = suggest(
    kind,
    ours.map((row) => row.kind),
  );
  if (near !== undefined || whole) {
    return refused(
      'kind',
      'unknown-kind',
      `unknown kind ${kind}`,
      near === undefined ? undefined : `did you mean ${near}?`,
    );
  }
  const name = group === '' ? kind : `${kind}.${group}`;
  return refused('kind', 'ignored-kind', `${name} says nothing to the mesh and is not read`, undefined, 'warning');
}
