/** The type of requests by which an agent reports the health of its workload (istio/istio, pkg/model/xds.go, HealthInfoType). */
export const HEALTH_TYPE_URL = 'type.googleapis.com/istio.v1.HealthInformation';
