/** Operators that show metadata and filter state (docs: access_log, %DYNAMIC_METADATA%, %FILTER_STATE%; formatter/metadata, %METADATA%). */
import type { MetadataOperator, MetadataValue } from '@weft/engine';
import type { AccessRecord } from '../access-record.ts';
import { filterState, filterStateProblem } from '../filter-state.ts';
import { metadataAt, metadataOf, metadataText } from '../metadata.ts';
import type { Operator, OperatorFactory } from './operator.ts';

function reader(read: (record: AccessRecord) => MetadataValue | undefined, path: readonly string[]): Operator {
  return (record) => {
    const value = metadataAt(read(record), path);
    return typeof value === 'number' ? value : metadataText(value);
  };
}

/** `(NAMESPACE:KEY:…)`; without a key the whole namespace. */
export function metadata(source: MetadataOperator): OperatorFactory {
  return (argument = '') => {
    const path = argument.split(':');
    if (path.includes('')) return { problem: 'needs a namespace and perhaps keys: (NAMESPACE:KEY)' };
    return reader((record) => metadataOf(record, source), path);
  };
}

const SOURCES: Readonly<Record<string, (record: AccessRecord) => MetadataValue | undefined>> = {
  DYNAMIC: (record) => record.dynamicMetadata,
  CLUSTER: (record) => record.clusterMetadata,
  ROUTE: (record) => record.routeMetadata,
  UPSTREAM_HOST: (record) => record.upstreamMetadata,
};

/** `(TYPE:NAMESPACE:KEY:…)`. */
export const typedMetadata: OperatorFactory = (argument = '') => {
  const [type = '', ...path] = argument.split(':');
  const source = Object.hasOwn(SOURCES, type) ? SOURCES[type] : undefined;
  if (source === undefined)
    return { problem: `${type} is no type of metadata here: ${Object.keys(SOURCES).join(', ')}` };
  if (path.length === 0 || path.includes('')) return { problem: 'needs a namespace: (TYPE:NAMESPACE:KEY)' };
  return reader(source, path);
};

/** `(KEY)`, `(KEY:PLAIN)` or `(KEY:FIELD:name)`. */
export const filterStateOperator: OperatorFactory = (argument = '') => {
  const path = argument.split(':');
  const problem = filterStateProblem(path);
  return problem === undefined ? (record) => filterState(record, path) : { problem };
};
