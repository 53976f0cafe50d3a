import { create, toBinary } from '@bufbuild/protobuf';
import { type Any, AnySchema } from '@bufbuild/protobuf/wkt';
import type { LoadBalancerSettings } from '@weft/config';
import { type ClusterSchema, Cluster_LbPolicy as Lb } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { LeastRequestSchema } from '@weft/xds/gen/envoy/extensions/load_balancing_policies/least_request/v3/least_request_pb';
import { typedStruct } from '../listener/istio-filters.ts';
import type { Init } from '../wire/init.ts';

const PEAK_EWMA = 'type.googleapis.com/envoy.extensions.load_balancing_policies.peak_ewma.v3alpha.PeakEwma';

/** Whether the algorithm is left to the mesh. */
export function isOpen(said: LoadBalancerSettings | undefined): boolean {
  return said?.consistentHash === undefined && (said?.simple ?? 'UNSPECIFIED') === 'UNSPECIFIED';
}

/**
 * Peak EWMA, and for an Envoy that was built without it (it is a contrib extension) the next of the list, which is Istio's default.
 * `weighted`: traffic is shared among localities by their weights, which each policy has to say for itself.
 */
export function latencyBalancing(
  weighted: boolean,
): Pick<Init<typeof ClusterSchema>, 'lbPolicy' | 'loadBalancingPolicy'> {
  const peak = typedStruct(PEAK_EWMA, weighted ? { locality_lb_config: { locality_weighted_lb_config: {} } } : {});
  const message = create(
    LeastRequestSchema,
    weighted ? { localityLbConfig: { localityConfigSpecifier: { case: 'localityWeightedLbConfig', value: {} } } } : {},
  );
  const least: Any = create(AnySchema, {
    typeUrl: `type.googleapis.com/${LeastRequestSchema.typeName}`,
    value: toBinary(LeastRequestSchema, message),
  });
  return {
    lbPolicy: Lb.LEAST_REQUEST,
    loadBalancingPolicy: {
      policies: [
        { typedExtensionConfig: { name: 'envoy.load_balancing_policies.peak_ewma', typedConfig: peak } },
        { typedExtensionConfig: { name: 'envoy.load_balancing_policies.least_request', typedConfig: least } },
      ],
    },
  };
}
