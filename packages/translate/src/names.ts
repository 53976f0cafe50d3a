/** The parts of an Istio cluster name: `outbound|8080|v1|orders.default.svc.cluster.local`, `inbound|8080||`. */
export interface ClusterName {
  readonly direction: 'outbound' | 'inbound';
  readonly port: number;
  /** '' for the whole service. */
  readonly subset: string;
  /** '' for an inbound cluster. */
  readonly host: string;
}

/** pilot/pkg/model/service.go, BuildSubsetKey. */
export function printClusterName(name: ClusterName): string {
  return `${name.direction}|${name.port}|${name.subset}|${name.host}`;
}

/** The reverse of printClusterName; undefined for any other name, such as `PassthroughCluster`. */
export function parseClusterName(text: string): ClusterName | undefined {
  const [direction, port, subset, host, ...rest] = text.split('|');
  if ((direction !== 'outbound' && direction !== 'inbound') || subset === undefined || host === undefined)
    return undefined;
  if (rest.length > 0 || port === undefined || !/^\d+$/.test(port)) return undefined;
  return { direction, port: Number(port), subset, host };
}
