import type { OutlierDetection } from '@weft/config';
import type { OutlierDetectionSchema } from '@weft/xds/gen/envoy/config/cluster/v3/outlier_detection_pb';
import { duration } from '../wire/duration.ts';
import type { Init } from '../wire/init.ts';

type Outlier = Init<typeof OutlierDetectionSchema>;

/** Success-rate ejection is Envoy's, not Istio's, and is turned off; a count of 0 turns its rule off (applyOutlierDetection). */
export function outlierDetection(said: OutlierDetection): Outlier {
  const enforcing = (count: number): number => (count > 0 ? 100 : 0);
  const consecutive = said.consecutive5xxErrors ?? said.consecutiveErrors;
  const gateway = said.consecutiveGatewayErrors;
  return {
    enforcingSuccessRate: 0,
    ...(consecutive !== undefined && {
      consecutive5xx: consecutive,
      enforcingConsecutive5xx: enforcing(consecutive),
    }),
    ...(gateway !== undefined && {
      consecutiveGatewayFailure: gateway,
      enforcingConsecutiveGatewayFailure: enforcing(gateway),
    }),
    ...(said.intervalMs !== undefined && { interval: duration(said.intervalMs) }),
    ...(said.baseEjectionTimeMs !== undefined && { baseEjectionTime: duration(said.baseEjectionTimeMs) }),
    ...(said.maxEjectionPercent && { maxEjectionPercent: said.maxEjectionPercent }),
    ...(said.splitExternalLocalOriginErrors && splitErrors(said)),
  };
}

function splitErrors(said: OutlierDetection): Outlier {
  return {
    splitExternalLocalOriginErrors: true,
    enforcingLocalOriginSuccessRate: 0,
    ...(said.consecutiveLocalOriginFailures && {
      consecutiveLocalOriginFailure: said.consecutiveLocalOriginFailures,
      enforcingConsecutiveLocalOriginFailure: 100,
    }),
  };
}
