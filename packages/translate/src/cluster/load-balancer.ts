import type { ConsistentHashLb, LoadBalancerSettings } from '@weft/config';
import {
  type Cluster_SlowStartConfigSchema,
  type ClusterSchema,
  Cluster_LbPolicy as Lb,
} from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { duration } from '../wire/duration.ts';
import type { Init } from '../wire/init.ts';

type Balancing = Pick<Init<typeof ClusterSchema>, 'lbPolicy' | 'lbConfig'>;

/** Envoy's own default ring size. */
const MIN_RING_SIZE = 1024;

/** LEAST_REQUEST unless said (Envoy's default is ROUND_ROBIN); a consistent hash beats `simple` (cluster_traffic_policy.go). */
export function loadBalancing(said: LoadBalancerSettings | undefined): Balancing {
  if (said?.consistentHash !== undefined) return hashing(said.consistentHash);
  if (said?.simple === 'RANDOM') return { lbPolicy: Lb.RANDOM };
  const slowStart = slowStartOf(said);
  if (said?.simple === 'ROUND_ROBIN') {
    return {
      lbPolicy: Lb.ROUND_ROBIN,
      ...(slowStart && { lbConfig: { case: 'roundRobinLbConfig', value: { slowStartConfig: slowStart } } }),
    };
  }
  return {
    lbPolicy: Lb.LEAST_REQUEST,
    ...(slowStart && { lbConfig: { case: 'leastRequestLbConfig', value: { slowStartConfig: slowStart } } }),
  };
}

function hashing(hash: ConsistentHashLb): Balancing {
  if (hash.maglev !== undefined) {
    const size = hash.maglev.tableSize;
    return {
      lbPolicy: Lb.MAGLEV,
      ...(size && { lbConfig: { case: 'maglevLbConfig', value: { tableSize: BigInt(size) } } }),
    };
  }
  const said = hash.ringHash === undefined ? hash.minimumRingSize || MIN_RING_SIZE : hash.ringHash.minimumRingSize;
  return {
    lbPolicy: Lb.RING_HASH,
    ...(said && { lbConfig: { case: 'ringHashLbConfig', value: { minimumRingSize: BigInt(said) } } }),
  };
}

/** New endpoints get their share little by little; `warmup` beats the older `warmupDurationSecs`. */
function slowStartOf(said: LoadBalancerSettings | undefined): Init<typeof Cluster_SlowStartConfigSchema> | undefined {
  const { warmup, warmupDurationSecsMs } = said ?? {};
  if (warmup !== undefined) {
    return {
      ...(warmup.durationMs !== undefined && { slowStartWindow: duration(warmup.durationMs) }),
      // Envoy wants a runtime key; Istio sends one that no runtime layer can have.
      aggression: { defaultValue: warmup.aggression ?? 1, runtimeKey: '(' },
      minWeightPercent: { value: warmup.minimumPercent ?? 10 },
    };
  }
  return warmupDurationSecsMs === undefined ? undefined : { slowStartWindow: duration(warmupDurationSecsMs) };
}
