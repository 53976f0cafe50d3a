import type { KindId, ObjectMeta } from '../resource.ts';
import { Report, type Schema } from '../schema/index.ts';
import type { Validate } from '../validation.ts';
import type { SpecByKind, StatusByKind } from './spec-by-kind.ts';

/** What the API says about a kind: its names, versions and whether objects live in namespaces. */
export interface KindNames {
  /** As documents write it. */
  readonly kind: string;
  /** Empty for Kubernetes' core group. */
  readonly group: string;
  /** Served versions, the preferred first. */
  readonly versions: readonly string[];
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
}

/** A kind as it is declared: one line in the list of kinds. */
export interface KindDeclaration<K extends KindId> extends KindNames {
  readonly type: K;
  /** `spec`: below that key. `object`: kinds such as ConfigMap have their fields beside the metadata. */
  readonly body: 'spec' | 'object';
  /** The CRD demands a spec, even an empty one. */
  readonly specRequired?: boolean;
  readonly schema: Schema<SpecByKind[K]>;
  /** Schemas of served versions that ask for something else. */
  readonly schemas?: Readonly<Record<string, Schema<SpecByKind[K]>>>;
  readonly status?: K extends keyof StatusByKind ? Schema<StatusByKind[K]> : never;
  readonly validate?: Validate<SpecByKind[K]>;
}

/** Where the problems of an object go. */
export interface Reports {
  /** Types, unknown fields, and the rules of the CRD. */
  readonly shape: Report;
  /** What the fields mean together. */
  readonly meaning: Report;
}

/** A kind as the decoder uses it, whatever its type. */
export interface KindRow extends KindNames {
  readonly type: KindId;
  readonly body: 'spec' | 'object';
  readonly specRequired: boolean;
  /** Decodes and validates a body of that version (`v1`) that starts at the path `at`. */
  read(
    raw: unknown,
    at: string,
    version: string,
    metadata: ObjectMeta,
    reports: Reports,
  ): SpecByKind[KindId] | undefined;
  /** Status is written by controllers: what does not fit is not read, since nobody can mend it by editing. */
  readStatus(raw: unknown): unknown;
}

/** Closes a declaration over its own types. */
export function declareKind<K extends KindId>(declaration: KindDeclaration<K>): KindRow {
  const { schema, schemas, status, validate, specRequired = false, ...names } = declaration;
  return {
    ...names,
    specRequired,
    read(raw, at, version, metadata, reports) {
      const spec = (schemas?.[version] ?? schema).decode(raw, at, reports.shape);
      if (spec !== undefined) validate?.(spec, metadata, reports.meaning);
      return spec;
    },
    readStatus: (raw) => (status === undefined ? raw : status.decode(raw, 'status', new Report(false))),
  };
}
