/** Metadata of filters and resources: how a filter adds to it, how logs and headers show it. */
import type { MetadataOperator, MetadataValue } from '@weft/engine';
import type { AccessRecord } from './access-record.ts';

/** Adds what filter `namespace` found out; a key that is there already is replaced. */
export function addDynamicMetadata(
  record: AccessRecord,
  namespace: string,
  values: Readonly<Record<string, unknown>>,
): void {
  const before = record.dynamicMetadata;
  record.dynamicMetadata = { ...before, [namespace]: { ...before?.[namespace], ...values } };
}

/** The metadata that an operator of this name shows. */
export function metadataOf(record: AccessRecord, source: MetadataOperator): MetadataValue | undefined {
  switch (source) {
    case 'DYNAMIC_METADATA':
      return record.dynamicMetadata;
    case 'CLUSTER_METADATA':
      return record.clusterMetadata;
    case 'UPSTREAM_METADATA':
      return record.upstreamMetadata;
    case 'FILTER_STATE':
      return undefined;
  }
}

/** The value at `path` (namespace, then keys); undefined when there is none. */
export function metadataAt(metadata: MetadataValue | undefined, path: readonly string[]): unknown {
  let value: unknown = metadata;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key))
      return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

/** Texts as they are, everything else as JSON, as Envoy's text formatter prints metadata. */
export function metadataText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
