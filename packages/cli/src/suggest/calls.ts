import type { Sample } from './prometheus-text.ts';

/** Who called whom, as proxies count it on the caller's side. */
export interface Call {
  readonly namespace: string;
  /** The label `app` of the caller; its workload's name where it has none. */
  readonly app: string;
  /** Whether `app` is a label. */
  readonly labelled: boolean;
  /** `orders.shop.svc.cluster.local`; empty for what the mesh does not know. */
  readonly host: string;
  readonly hostNamespace: string;
  /** Requests or connections. */
  readonly count: number;
}

/** Istio's standard metrics: a call is counted once, by its caller. */
export const CALL_METRICS: ReadonlySet<string> = new Set([
  'istio_requests_total',
  'istio_tcp_connections_opened_total',
]);

const UNKNOWN: ReadonlySet<string> = new Set([
  '',
  'unknown',
  'PassthroughCluster',
  'BlackHoleCluster',
  'InboundPassthroughCluster',
]);

/** Calls between one caller and one host, added up. */
export function callsOf(samples: readonly Sample[]): readonly Call[] {
  const calls = new Map<string, Call>();
  for (const { labels, value } of samples) {
    if (labels['reporter'] !== 'source' || !(value > 0)) continue;
    const namespace = labels['source_workload_namespace'] ?? '';
    const label = labels['source_app'] ?? '';
    const labelled = !UNKNOWN.has(label);
    const app = labelled ? label : (labels['source_workload'] ?? '');
    if (UNKNOWN.has(namespace) || UNKNOWN.has(app)) continue;
    const said = labels['destination_service'] ?? '';
    const host = UNKNOWN.has(said) || UNKNOWN.has(labels['destination_service_name'] ?? said) ? '' : said;
    const hostNamespace = host === '' ? '' : (labels['destination_service_namespace'] ?? '');
    const key = [namespace, app, host, hostNamespace].join(' ');
    const count = (calls.get(key)?.count ?? 0) + value;
    calls.set(key, { namespace, app, labelled, host, hostNamespace, count });
  }
  return [...calls.values()];
}
