import { type Decoded, hasErrors, type Issue } from '@weft/base';
import type { JsonObject } from './json.ts';
import { findKind } from './kinds/find.ts';
import type { KindRow, Reports } from './kinds/kind.ts';
import type { SpecByKind } from './kinds/spec-by-kind.ts';
import { decodeMetadata } from './metadata.ts';
import type { KindId, ObjectMeta, Resource, Source } from './resource.ts';
import { resourceTitle } from './resource-key.ts';
import { Report } from './schema/index.ts';
import { plainSource } from './yaml/source.ts';

export interface DecodeOptions {
  /** For namespaced objects that name none. `default` when not given. */
  readonly defaultNamespace?: string;
  /** Whether the CRD's rules (required fields, ranges, lengths) hold too. They do unless somebody else has checked them. */
  readonly strict?: boolean;
  /**
   * Whether loading also returns objects that have errors, as far as they could be read. For analysis, which says more about a
   * broken object than that it is broken; such objects are never applied.
   */
  readonly keepInvalid?: boolean;
}

/** One object as far as it could be read, and everything wrong with it. */
export interface Inspected {
  /** Undefined when the kind is unknown or nothing of the body could be read. */
  readonly resource: Resource | undefined;
  readonly issues: readonly Issue[];
}

const SEPARATOR = /[.[]/;

/** Whether an issue of the meaning only repeats what the shape already said: same place, or the parent of a broken field. */
function repeats(issue: Issue, shape: readonly Issue[]): boolean {
  return shape.some((other) => {
    if (other.severity !== 'error' || !other.at.startsWith(issue.at)) return false;
    const rest = other.at.slice(issue.at.length);
    return (
      rest === '' || (issue.severity === 'error' && SEPARATOR.test(rest[0] ?? '') && !SEPARATOR.test(rest.slice(1)))
    );
  });
}

/**
 * Decodes and validates one object. Every issue is reported, with the object's title and its place in the source; the resource is
 * there only when none is an error.
 */
export function decodeObject(
  raw: JsonObject,
  source: Source = plainSource(''),
  options: DecodeOptions = {},
): Decoded<Resource> {
  const { resource, issues } = inspectObject(raw, source, options);
  return resource === undefined || hasErrors(issues) ? { ok: false, issues } : { ok: true, value: resource, issues };
}

/** The same, returning what could be read of an invalid object too. */
export function inspectObject(raw: JsonObject, source: Source, options: DecodeOptions): Inspected {
  const { apiVersion, kind } = raw;
  const found = findKind(apiVersion, kind);
  if (found.ok) return inspectAs(found.row, raw, source, options);
  return { resource: undefined, issues: found.issues.map((issue) => place(issue, source, undefined)) };
}

function inspectAs(row: KindRow, raw: JsonObject, source: Source, options: DecodeOptions): Inspected {
  const shape = new Report(options.strict ?? true);
  const meaning = new Report(shape.strict);
  const metadata = decodeMetadata(raw, row, options.defaultNamespace ?? 'default', shape);
  const spec = readBody(row, raw, metadata, { shape, meaning });
  const title = resourceTitle({ kind: row.kind, metadata });
  const all = [...shape.issues, ...meaning.issues.filter((issue) => !repeats(issue, shape.issues))];
  const issues = all.map((issue) => place(issue, source, title));
  if (spec === undefined) return { resource: undefined, issues };
  const { type, kind, group } = row;
  const written = raw['status'] ?? undefined;
  const status = written === undefined ? undefined : row.readStatus(written);
  const resource = { type, kind, apiVersion: String(raw['apiVersion']), group, metadata, spec, status, raw, source };
  // `spec` and `status` come from the row of this very `type`; the union cannot see that the two go together.
  return { resource: resource as Resource, issues };
}

const ENVELOPE = new Set(['apiVersion', 'kind', 'metadata', 'status']);

function readBody(
  row: KindRow,
  raw: JsonObject,
  metadata: ObjectMeta,
  reports: Reports,
): SpecByKind[KindId] | undefined {
  const version = String(raw['apiVersion']).split('/').at(-1) ?? '';
  if (row.body === 'object') {
    const body = Object.fromEntries(Object.entries(raw).filter(([name]) => !ENVELOPE.has(name)));
    return row.read(body, '', version, metadata, reports);
  }
  const { shape } = reports;
  for (const name of Object.keys(raw)) {
    if (name !== 'spec' && !ENVELOPE.has(name)) {
      shape.error(name, 'unknown-field', `unknown field ${JSON.stringify(name)} beside spec`, {
        hint: 'should it stand below spec?',
      });
    }
  }
  const spec = raw['spec'] ?? undefined;
  if (spec === undefined && row.specRequired && shape.strict) {
    shape.error('spec', 'missing-field', 'required value is missing');
    // That is all there is to say about an absent spec; what it would have to contain is not.
    return row.read({}, 'spec', version, metadata, { shape: new Report(false), meaning: new Report(false) });
  }
  return row.read(spec ?? {}, 'spec', version, metadata, reports);
}

function place(issue: Issue, source: Source, resource: string | undefined): Issue {
  const position = { file: source.file, line: source.lineOf(issue.at), column: source.columnOf(issue.at) };
  return { ...issue, ...(source.file === '' ? {} : { position }), ...(resource === undefined ? {} : { resource }) };
}
