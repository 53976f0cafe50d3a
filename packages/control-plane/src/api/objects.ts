import type { Issue } from '@weft/base';
import { isJsonObject, type JsonObject, type Resource } from '@weft/config';
import type { ConfigReader, ServedKind } from '../config-reader.ts';
import { withoutFoundStatus } from '../status/object-status.ts';
import type { ObjectStatuses } from '../status/statuses.ts';
import { mergePatch } from '../store/merge-patch.ts';
import { groupOf, keyOf, type ObjectKey, type StoredObject } from '../store/object.ts';
import type { Store } from '../store/store.ts';
import { mediaType, parseJson, readBody } from './body.ts';
import { type Exchange, sendJson } from './exchange.ts';
import type { ResourcePath } from './resource-path.ts';
import { selectorOf } from './selectors.ts';
import { ApiError, invalid } from './status.ts';
import { streamWatch } from './watch-stream.ts';

export interface ObjectsDeps {
  readonly store: Store;
  readonly reader: ConfigReader;
  readonly maxBodyBytes: number;
  readonly statuses: ObjectStatuses;
  /** What the mesh, translation and analysis would find odd that they do not find odd now. */
  readonly preview: (resources: readonly Resource[]) => readonly Issue[];
  /** Ends every open watch when the server closes. */
  readonly closing: AbortSignal;
}

/** The Kubernetes-shaped API of one kind (apimachinery's API conventions: verbs, resourceVersion, Status). */
export async function serveObjects(exchange: Exchange, path: ResourcePath, deps: ObjectsDeps): Promise<void> {
  const { method } = exchange;
  if (path.name === undefined) {
    if (method === 'GET') return list(exchange, path, deps);
    if (method === 'POST') return create(exchange, path, deps);
  } else {
    const key = keyAt(path, path.name);
    if (path.status) return serveStatus(exchange, path, key, deps);
    if (method === 'GET') return get(exchange, path, key, deps);
    if (method === 'PUT') return replace(exchange, path, key, deps);
    if (method === 'PATCH') return patch(exchange, path, key, deps);
    if (method === 'DELETE') return remove(exchange, key, deps);
  }
  throw new ApiError('MethodNotAllowed', `${method} is not possible on ${path.kind.plural}`);
}

function list(exchange: Exchange, path: ResourcePath, deps: ObjectsDeps): void {
  const { query, response } = exchange;
  const selects = selectorOf(query);
  const { kind, namespace } = path;
  const selector = { group: kind.group, kind: kind.kind, ...(namespace !== undefined && { namespace }) };
  if (query.get('watch') === 'true' || query.get('watch') === '1') {
    streamWatch(exchange, deps.store, { selector, selects, show: (object) => versioned(object, path) }, deps.closing);
    return;
  }
  const { objects, version } = deps.store.list(selector);
  sendJson(response, 200, {
    kind: `${kind.kind}List`,
    apiVersion: apiVersionOf(path),
    metadata: { resourceVersion: String(version) },
    items: objects.filter(selects).map((object) => shown(object, path, deps)),
  });
}

function get(exchange: Exchange, path: ResourcePath, key: ObjectKey, deps: ObjectsDeps): void {
  const object = deps.store.get(key);
  if (object === undefined) throw notFound(path.kind, key.name);
  sendJson(exchange.response, 200, shown(object, path, deps));
}

async function create(exchange: Exchange, path: ResourcePath, deps: ObjectsDeps): Promise<void> {
  const { object, issues } = await readObject(exchange, path, undefined, deps);
  const [result] = deps.store.transact([{ type: 'create', object }], { dryRun: isDryRun(exchange) });
  sendJson(exchange.response, 201, shown(result?.object ?? object, path, deps), warnings(issues));
}

async function replace(exchange: Exchange, path: ResourcePath, key: ObjectKey, deps: ObjectsDeps): Promise<void> {
  const { object, issues } = await readObject(exchange, path, key, deps);
  const [result] = deps.store.transact([{ type: 'update', object }], { dryRun: isDryRun(exchange) });
  sendJson(exchange.response, 200, shown(result?.object ?? object, path, deps), warnings(issues));
}

async function patch(exchange: Exchange, path: ResourcePath, key: ObjectKey, deps: ObjectsDeps): Promise<void> {
  const type = mediaType(exchange.request);
  if (type !== 'application/merge-patch+json') {
    throw new ApiError(
      'UnsupportedMediaType',
      `'${type}' is not a patch this server applies; send application/merge-patch+json`,
    );
  }
  const change = parseJson(await readBody(exchange.request, deps.maxBodyBytes));
  const merged = withoutFoundStatus(deps.store.mergePatched(key, change));
  const issues = check(merged, deps);
  const [result] = deps.store.transact([{ type: 'update', object: merged }], { dryRun: isDryRun(exchange) });
  sendJson(exchange.response, 200, shown(result?.object ?? merged, path, deps), warnings(issues));
}

async function remove(exchange: Exchange, key: ObjectKey, deps: ObjectsDeps): Promise<void> {
  const text = await readBody(exchange.request, deps.maxBodyBytes);
  const expected = text === '' ? undefined : preconditionOf(parseJson(text));
  const change = { type: 'delete', key, ...(expected !== undefined && { resourceVersion: expected }) } as const;
  const [result] = deps.store.transact([change], { dryRun: isDryRun(exchange) });
  sendJson(exchange.response, 200, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name: key.name, group: key.group, kind: key.kind, uid: result?.object.metadata.uid },
  });
}

/** DeleteOptions (meta/v1), of which the precondition on the version is honoured. */
function preconditionOf(options: unknown): string | undefined {
  if (typeof options !== 'object' || options === null || !('preconditions' in options)) return undefined;
  const { preconditions } = options;
  if (typeof preconditions !== 'object' || preconditions === null) return undefined;
  const { resourceVersion } = preconditions as { resourceVersion?: unknown };
  return typeof resourceVersion === 'string' ? resourceVersion : undefined;
}

/** The object in the body, checked against the path and by the config package. */
async function readObject(
  exchange: Exchange,
  path: ResourcePath,
  key: ObjectKey | undefined,
  deps: ObjectsDeps,
): Promise<{ readonly object: StoredObject; readonly issues: readonly Issue[] }> {
  const text = await readBody(exchange.request, deps.maxBodyBytes);
  const type = mediaType(exchange.request);
  if (type !== 'application/json' && type !== 'application/yaml') {
    throw new ApiError(
      'UnsupportedMediaType',
      `'${type}' is not understood; send application/json or application/yaml`,
    );
  }
  const { resources, issues } = deps.reader.text(text, 'request', path.namespace);
  if (issues.some(({ severity }) => severity === 'error')) throw invalid(issues);
  const [resource, ...more] = resources;
  if (resource === undefined || more.length > 0)
    throw new ApiError('BadRequest', 'the body must hold exactly one object');
  const object = deps.reader.stored(resource);
  const found = keyOf(object);
  const expected = key ?? keyAt(path, found.name);
  if (found.kind !== expected.kind || groupOf(object.apiVersion) !== expected.group) {
    throw new ApiError('BadRequest', `the body holds a ${found.kind}, the path is for ${expected.kind}`);
  }
  if (found.name !== expected.name || found.namespace !== expected.namespace) {
    const inPath = `${expected.namespace}/${expected.name}`;
    throw new ApiError('BadRequest', `the body is about ${found.namespace}/${found.name}, the path about ${inPath}`);
  }
  return { object, issues: [...issues, ...foreseen(resource, deps.preview)] };
}

function check(object: StoredObject, { reader, preview }: ObjectsDeps): readonly Issue[] {
  const decoded = reader.object(object, 'request');
  if (!decoded.ok) throw invalid(decoded.issues);
  return [...decoded.issues, ...foreseen(decoded.value, preview)];
}

/** Workloads come and go by themselves; looking at the whole mesh for each would be a waste. */
function foreseen(resource: Resource, preview: ObjectsDeps['preview']): readonly Issue[] {
  return resource.group.endsWith('istio.io') && resource.kind !== 'WorkloadEntry' ? preview([resource]) : [];
}

/** The status subresource: GET shows the object, PUT and merge patch change what others keep in its status and nothing else. */
async function serveStatus(exchange: Exchange, path: ResourcePath, key: ObjectKey, deps: ObjectsDeps): Promise<void> {
  const { method, request, response } = exchange;
  if (method === 'GET') return get(exchange, path, key, deps);
  if (method !== 'PUT' && method !== 'PATCH')
    throw new ApiError('MethodNotAllowed', `${method} is not possible on the status of ${path.kind.plural}`);
  if (method === 'PATCH' && mediaType(request) !== 'application/merge-patch+json')
    throw new ApiError('UnsupportedMediaType', 'send the patch of a status as application/merge-patch+json');
  const body = parseJson(await readBody(request, deps.maxBodyBytes));
  if (!isJsonObject(body)) throw new ApiError('BadRequest', 'the body is not an object with a status');
  const current = deps.store.get(key);
  if (current === undefined) throw notFound(path.kind, key.name);
  const { status: written = null } = body;
  const base = method === 'PUT' ? withoutStatus(current) : current;
  const merged = withoutFoundStatus({ ...base, ...statusOf(mergePatch(base, { status: written })) });
  const metadata = { ...merged.metadata, ...versionOf(body) };
  const [result] = deps.store.transact([{ type: 'update', object: { ...merged, metadata } }], {
    dryRun: isDryRun(exchange),
  });
  sendJson(response, 200, shown(result?.object ?? merged, path, deps));
}

function withoutStatus({ status: _, ...object }: StoredObject): StoredObject {
  return object;
}

function statusOf(merged: unknown): { readonly status?: unknown } {
  return isJsonObject(merged) && merged['status'] !== undefined ? { status: merged['status'] } : {};
}

/** Whoever says which version they read wants no other to be changed; nobody else's write is in the way of a status. */
function versionOf(body: JsonObject): { readonly resourceVersion?: string } {
  const { metadata } = body;
  const said = isJsonObject(metadata) ? metadata['resourceVersion'] : undefined;
  return typeof said === 'string' ? { resourceVersion: said } : {};
}

function keyAt({ kind, namespace }: ResourcePath, name: string): ObjectKey {
  return { group: kind.group, kind: kind.kind, namespace: namespace ?? '', name };
}

function notFound({ plural, group }: ServedKind, name: string): ApiError {
  return new ApiError('NotFound', `${plural}${group === '' ? '' : `.${group}`} "${name}" not found`);
}

function apiVersionOf({ kind, version }: ResourcePath): string {
  return kind.group === '' ? version : `${kind.group}/${version}`;
}

/** The object as readers get it: with what was found out about it, in the version that was asked for. */
function shown(object: StoredObject, path: ResourcePath, { statuses }: ObjectsDeps): StoredObject {
  return versioned(statuses.shown(object), path);
}

/** Versions of a kind share one shape. */
function versioned(object: StoredObject, path: ResourcePath): StoredObject {
  return { ...object, apiVersion: apiVersionOf(path) };
}

function isDryRun({ query }: Exchange): boolean {
  const value = query.get('dryRun');
  if (value !== null && value !== 'All')
    throw new ApiError('BadRequest', `dryRun: '${value}' is not known (expected All)`);
  return value === 'All';
}

/** RFC 7234 warn-code 299, the way Kubernetes tells clients what is odd in an accepted object. */
function warnings(issues: readonly Issue[]): Record<string, string> {
  const texts = issues.map(({ at, message }) => JSON.stringify(`${at}: ${message}`.replace(/[^\x20-\x7e]/g, '?')));
  return texts.length === 0
    ? {}
    : {
        warning: texts
          .slice(0, 20)
          .map((text) => `299 - ${text}`)
          .join(', '),
      };
}
