import type { Issue } from '@weft/base';
import { type EnvoyConfigPatch, type JsonObject, type Resource, resourceTitle } from '@weft/config';
import { refOf } from '@weft/mesh';
import type { ApplyTo, Operation, Patch } from './patch.ts';
import { readValue } from './values.ts';

export interface DecodedFilter {
  readonly patches: readonly Patch[];
  readonly issues: readonly Issue[];
}

const decoded = new WeakMap<Resource<'EnvoyFilter'>, DecodedFilter>();

/** The patches of an EnvoyFilter. One that cannot be read is an issue and left out. Each filter is read once. */
export function decodeEnvoyFilter(filter: Resource<'EnvoyFilter'>): DecodedFilter {
  const known = decoded.get(filter);
  if (known !== undefined) return known;
  const patches: Patch[] = [];
  const issues: Issue[] = [];
  for (const [index, config] of (filter.spec.configPatches ?? []).entries()) {
    const patch = decodePatch(config, `spec.configPatches[${index}]`, filter, issues);
    if (patch !== undefined) patches.push(patch);
  }
  const value = { patches, issues };
  decoded.set(filter, value);
  return value;
}

const INSERTIONS: ReadonlySet<Operation> = new Set(['INSERT_BEFORE', 'INSERT_AFTER', 'INSERT_FIRST']);
const ORDERED: ReadonlySet<ApplyTo> = new Set(['HTTP_FILTER', 'NETWORK_FILTER', 'HTTP_ROUTE', 'LISTENER_FILTER']);

function decodePatch(
  config: EnvoyConfigPatch,
  path: string,
  filter: Resource<'EnvoyFilter'>,
  issues: Issue[],
): Patch | undefined {
  const { applyTo, patch, match = {} } = config;
  const operation = patch?.operation;
  if (applyTo === undefined || applyTo === 'INVALID' || operation === undefined || operation === 'INVALID') {
    return undefined;
  }
  const read = patch?.value === undefined ? undefined : readValue(applyTo, patch.value);
  for (const { severity, at, message } of read?.problems ?? []) {
    issues.push(issueAt(filter, `${path}.patch.value${at}`, severity, message));
  }
  if (operation !== 'REMOVE' && read?.value === undefined) return undefined;
  if (read !== undefined && lacksConfig(applyTo, patch?.value)) {
    issues.push(unconfigured(filter, `${path}.patch.value`));
  }
  return {
    applyTo,
    // Where order means nothing an insertion is an addition (model/envoyfilter.go, convertToEnvoyFilterWrapper).
    operation: INSERTIONS.has(operation) && !ORDERED.has(applyTo) ? 'ADD' : operation,
    filterClass: patch?.filterClass ?? 'UNSPECIFIED',
    context: match.context ?? 'ANY',
    match,
    value: read?.value,
    ref: refOf(filter),
    path,
  };
}

const FILTERS: ReadonlySet<ApplyTo> = new Set(['NETWORK_FILTER', 'HTTP_FILTER', 'LISTENER_FILTER']);
const CONFIGS = ['typed_config', 'typedConfig', 'config_discovery', 'configDiscovery'];

/** Filters were once found by their name alone. */
function lacksConfig(applyTo: ApplyTo, value: JsonObject | undefined): boolean {
  return FILTERS.has(applyTo) && value !== undefined && !CONFIGS.some((name) => value[name] !== undefined);
}

function unconfigured(filter: Resource<'EnvoyFilter'>, at: string): Issue {
  const { source } = filter;
  return {
    severity: 'warning',
    code: 'missing-typed-config',
    at,
    message: 'a filter without typed_config is found by its name alone, which Envoy gives up',
    expected: 'typed_config with the @type of its message',
    resource: resourceTitle(filter),
    position: { file: source.file, line: source.lineOf(at) },
  };
}

function issueAt(filter: Resource<'EnvoyFilter'>, at: string, severity: 'error' | 'warning', message: string): Issue {
  const { source } = filter;
  return {
    severity,
    code: severity === 'error' ? 'invalid-patch' : 'unknown-patch-field',
    at,
    message: severity === 'error' ? `the patch cannot be read: ${message}` : `left out of the patch: ${message}`,
    resource: resourceTitle(filter),
    position: { file: source.file, line: source.lineOf(at) },
  };
}

/** What is wrong with the patches of a resource that is an EnvoyFilter; nothing for any other. Errors are reasons not to take it. */
export function checkPatches(resource: Resource): readonly Issue[] {
  return resource.type === 'EnvoyFilter' ? decodeEnvoyFilter(resource).issues : [];
}
