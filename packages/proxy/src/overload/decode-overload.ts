/**
 * `overload_manager` and the connection limits of `layered_runtime` in a bootstrap file. Spec: envoy.config.overload.v3.OverloadManager;
 * Envoy, "Overload manager" and "Configuring Envoy as an edge proxy" (the runtime keys).
 */
import type { Issue } from '@weft/base';
import { parseDurationMs } from '@weft/base';
import { isObject, JsonFields } from '../bootstrap/json-fields.ts';
import { NO_OVERLOAD, type OverloadConfig } from './overload-config.ts';

const MONITORS = 'type.googleapis.com/envoy.extensions.resource_monitors';
const HEAP_TYPE = `${MONITORS}.fixed_heap.v3.FixedHeapConfig`;
const CONNECTIONS_TYPE = `${MONITORS}.downstream_connections.v3.DownstreamConnectionsConfig`;
const GLOBAL_KEY = 'overload.global_downstream_max_connections';
const LISTENER_KEY = /^envoy\.resource_limits\.listener\.(.+)\.connection_limit$/;

type Draft = { -readonly [K in keyof OverloadConfig]: OverloadConfig[K] };

/** Proto JSON writes 64-bit numbers as text. */
function wholeNumber(fields: JsonFields, name: string): number | undefined {
  const value = fields.take(name);
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number > 0) return number;
  fields.report(name, `${JSON.stringify(value)} is not a limit`, 'a whole number above 0');
  return undefined;
}

function readMonitor(monitor: JsonFields, draft: Draft): void {
  monitor.text('name');
  const config = monitor.object('typed_config');
  monitor.end();
  if (config === undefined) {
    monitor.report('typed_config', 'is not given', `${HEAP_TYPE} or ${CONNECTIONS_TYPE}`);
    return;
  }
  const type = config.text('@type');
  if (type === HEAP_TYPE) draft.maxHeapBytes = wholeNumber(config, 'max_heap_size_bytes') ?? draft.maxHeapBytes;
  else if (type === CONNECTIONS_TYPE)
    draft.maxConnections = wholeNumber(config, 'max_active_downstream_connections') ?? draft.maxConnections;
  else
    config.report(
      '@type',
      `${type ?? 'nothing'} is not a resource monitor of this proxy`,
      `${HEAP_TYPE} or ${CONNECTIONS_TYPE}`,
    );
  if (type === HEAP_TYPE || type === CONNECTIONS_TYPE) config.end();
}

/** The threshold of an action's one trigger, which must be the heap. */
function readThreshold(action: JsonFields, issues: Issue[]): number | undefined {
  const triggers = action.list('triggers');
  if (triggers.length !== 1) {
    action.report('triggers', `${triggers.length} triggers given`, 'exactly one');
    return undefined;
  }
  const trigger = new JsonFields(triggers[0], action.path('triggers[0]'), issues);
  if (trigger.text('name') !== 'envoy.resource_monitors.fixed_heap')
    trigger.report('name', 'is not a trigger that this proxy has', 'envoy.resource_monitors.fixed_heap');
  const threshold = trigger.object('threshold');
  trigger.end();
  const value = threshold?.take('value');
  threshold?.end();
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  trigger.report('threshold', 'is not a share', '{"value": 0.9}');
  return undefined;
}

const ACTIONS: Readonly<Record<string, 'refuseRequestsAt' | 'shedConnectionsAt'>> = {
  'envoy.overload_actions.stop_accepting_requests': 'refuseRequestsAt',
  'envoy.overload_actions.disable_http_keepalive': 'shedConnectionsAt',
};

function readAction(action: JsonFields, draft: Draft, issues: Issue[]): void {
  const name = action.text('name') ?? '';
  const threshold = readThreshold(action, issues);
  action.end();
  const field = ACTIONS[name];
  if (field === undefined)
    action.report('name', `${name} is not an action of this proxy`, Object.keys(ACTIONS).join(', '));
  else if (threshold !== undefined) draft[field] = threshold;
}

function readManager(root: JsonFields, draft: Draft, issues: Issue[]): void {
  const manager = root.object('overload_manager');
  if (manager === undefined) return;
  const refresh = manager.text('refresh_interval');
  const refreshMs = refresh === undefined ? draft.refreshMs : parseDurationMs(refresh);
  if (refreshMs === undefined || refreshMs <= 0)
    manager.report('refresh_interval', `${refresh} is no interval`, 'such as 0.25s');
  else draft.refreshMs = refreshMs;
  for (const [i, item] of manager.list('resource_monitors').entries())
    readMonitor(new JsonFields(item, manager.path(`resource_monitors[${i}]`), issues), draft);
  for (const [i, item] of manager.list('actions').entries())
    readAction(new JsonFields(item, manager.path(`actions[${i}]`), issues), draft, issues);
  manager.end();
}

function readRuntime(root: JsonFields, draft: Draft, issues: Issue[]): void {
  const runtime = root.object('layered_runtime');
  if (runtime === undefined) return;
  const perListener = new Map<string, number>();
  for (const [i, item] of runtime.list('layers').entries()) {
    const layer = new JsonFields(item, runtime.path(`layers[${i}]`), issues);
    layer.text('name');
    const values = layer.take('static_layer') ?? {};
    layer.end();
    const keys = new JsonFields(values, layer.path('static_layer'), issues);
    for (const key of isObject(values) ? Object.keys(values) : []) {
      const listener = LISTENER_KEY.exec(key)?.[1];
      if (key !== GLOBAL_KEY && listener === undefined) continue;
      const limit = wholeNumber(keys, key);
      if (limit === undefined) continue;
      if (listener === undefined) draft.maxConnections = Math.min(draft.maxConnections, limit);
      else perListener.set(listener, limit);
    }
    keys.end();
  }
  runtime.end();
  draft.maxListenerConnections = perListener;
}

/** Reads both sections; every field that is not honoured is an issue with its path. */
export function readOverload(root: JsonFields, issues: Issue[]): OverloadConfig {
  const draft: Draft = { ...NO_OVERLOAD };
  readManager(root, draft, issues);
  readRuntime(root, draft, issues);
  return draft;
}
