/** Clusters as several threads see them → as the process does. */
import type { HostView } from '../admin/admin-view.ts';
import type { PlaneCluster } from '../runtime/plane.ts';

/** From well to ill: a host that one thread has ejected is shown as ejected. */
const ILLNESS: readonly HostView['health'][] = ['healthy', 'degraded', 'unhealthy'];

function mergeHosts(a: HostView, b: HostView): HostView {
  const worse = ILLNESS.indexOf(b.health) > ILLNESS.indexOf(a.health) ? b : a;
  const flags = `${a.healthFlags}${b.healthFlags}`.split('/').filter((flag) => flag !== '');
  return {
    ...a,
    health: worse.health,
    healthFlags: [...new Set(flags)].map((flag) => `/${flag}`).join(''),
    cxActive: a.cxActive + b.cxActive,
    cxTotal: a.cxTotal + b.cxTotal,
    cxConnectFail: a.cxConnectFail + b.cxConnectFail,
    rqActive: a.rqActive + b.rqActive,
    rqTotal: a.rqTotal + b.rqTotal,
    rqSuccess: a.rqSuccess + b.rqSuccess,
    rqError: a.rqError + b.rqError,
    rqTimeout: a.rqTimeout + b.rqTimeout,
  };
}

function mergeCluster(a: PlaneCluster, b: PlaneCluster): PlaneCluster {
  const hosts = new Map(a.hosts.map((host) => [host.address, host]));
  for (const host of b.hosts) {
    const same = hosts.get(host.address);
    hosts.set(host.address, same === undefined ? host : mergeHosts(same, host));
  }
  return { ...a, hosts: [...hosts.values()] };
}

export function mergeClusters(threads: readonly (readonly PlaneCluster[])[]): readonly PlaneCluster[] {
  const merged = new Map<string, PlaneCluster>();
  for (const clusters of threads) {
    for (const cluster of clusters) {
      const same = merged.get(cluster.name);
      merged.set(cluster.name, same === undefined ? cluster : mergeCluster(same, cluster));
    }
  }
  return [...merged.values()];
}
