import { decodeObject } from '../decode.ts';
import type { JsonObject } from '../json.ts';
import { KINDS } from '../kinds/all.ts';
import type { KindId } from '../resource.ts';

/** `error spec.hosts[0] invalid-host` for each issue of a spec in an otherwise good object: what tables of tests compare. */
export function specIssues(type: KindId, spec: JsonObject, metadata: JsonObject = {}): string[] {
  const row = KINDS.find((candidate) => candidate.type === type);
  if (row === undefined) throw new Error(`no kind ${type}`);
  const apiVersion = row.group === '' ? 'v1' : `${row.group}/${row.versions[0]}`;
  const body = row.body === 'spec' ? { spec } : spec;
  const raw = { apiVersion, kind: row.kind, metadata: { name: 'x', namespace: 'ns', ...metadata }, ...body };
  return decodeObject(raw).issues.map(({ severity, at, code }) => `${severity} ${at} ${code}`);
}
