import type { Clock, Logger, Random } from '@weft/base';
import type { RouteSource } from '../hcm/connection-manager.ts';
import type { MeshReport } from '../hcm/mesh-report.ts';
import type { Loop } from '../net/loop.ts';
import type { Overload } from '../overload/overload.ts';
import type { ClusterLookup } from '../stream/http-filter.ts';
import type { AccessLogFiles } from '../telemetry/access-log/log-file.ts';
import type { LabelTable } from '../telemetry/istio/label-table.ts';
import type { StatsRegistry } from '../telemetry/registry.ts';
import type { SecretStore } from '../tls/secret-store.ts';
import type { ThreadPlace } from './thread-place.ts';

/** What compiled configuration is wired to: one for the life of the proxy. */
export interface ProxyContext {
  readonly loop: Loop;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly stats: StatsRegistry;
  readonly accessLogs: AccessLogFiles;
  readonly labels: LabelTable;
  /** How traffic of a direction is reported; undefined for listeners without one. */
  mesh(direction: 'unspecified' | 'inbound' | 'outbound'): MeshReport | undefined;
  readonly hostname: string;
  /** `node.cluster`. */
  readonly localCluster: string;
  readonly overload: Overload;
  readonly clusters: ClusterLookup;
  /** The holder of a route table that RDS fills; the same one for everybody who names it. */
  routes(name: string): RouteSource;
  readonly secrets: SecretStore;
  environment(name: string): string | undefined;
  readonly place: ThreadPlace;
}
