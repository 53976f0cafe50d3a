import type { StoredObject } from '../store/object.ts';
import { type Selector, type Store, StoreError, type Watch, type WatchEvent } from '../store/store.ts';
import type { Exchange } from './exchange.ts';
import { ApiError, statusOf } from './status.ts';

export interface WatchScope {
  readonly selector: Selector;
  readonly selects: (object: StoredObject) => boolean;
  readonly show: (object: StoredObject) => StoredObject;
}

/** A reader this far behind is cut off; it lists again, which is less than what it missed. */
const MAX_BEHIND_BYTES = 4 << 20;

/**
 * Streams changes as JSON lines (`{"type":"ADDED","object":…}`), the form of Kubernetes' watch. Without a `resourceVersion`, or with `0`, what
 * exists comes first as ADDED.
 */
export function streamWatch(exchange: Exchange, store: Store, scope: WatchScope, closing: AbortSignal): void {
  const { query, response } = exchange;
  const { kind, group, namespace } = scope.selector;
  const from = query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(from)) throw new ApiError('BadRequest', `resourceVersion: '${from}' is not a version`);
  const { objects, version } = store.list(scope.selector);
  const send = (type: string, object: unknown): void => {
    response.write(`${JSON.stringify({ type, object })}\n`);
    if (response.writableLength > MAX_BEHIND_BYTES) response.destroy();
  };
  const visible = new Set<string>();
  const note = ({ type, object, key }: WatchEvent): void => {
    if (kind !== key.kind || group !== key.group || (namespace !== undefined && namespace !== key.namespace)) return;
    const id = `${key.namespace}/${key.name}`;
    const known = visible.has(id);
    const matches = scope.selects(object);
    if (type !== 'DELETED' && matches) {
      visible.add(id);
      send(known || type === 'MODIFIED' ? 'MODIFIED' : 'ADDED', scope.show(object));
      return;
    }
    // An object that no longer matches the selector is gone for this reader.
    if (known || (type === 'DELETED' && matches)) send('DELETED', scope.show(object));
    visible.delete(id);
  };
  const start = (): Watch => {
    if (from === '' || from === '0') return store.watch(version, note);
    return store.watch(Number(from), note);
  };
  response.setHeader('content-type', 'application/json');
  response.setHeader('cache-control', 'no-store');
  response.flushHeaders();
  if (from === '' || from === '0') {
    for (const object of objects) {
      if (!scope.selects(object)) continue;
      visible.add(`${object.metadata.namespace ?? ''}/${object.metadata.name}`);
      send('ADDED', scope.show(object));
    }
  }
  let watch: Watch;
  try {
    watch = start();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    // After the head, an error is an event of its own (meta/v1 WatchEvent).
    send('ERROR', statusOf(error));
    response.end();
    return;
  }
  const finish = (): void => {
    watch.close();
    closing.removeEventListener('abort', finish);
    response.end();
  };
  response.on('close', finish);
  closing.addEventListener('abort', finish, { once: true });
}
