import type { Decoded } from '@weft/base';
import { HealthStatus } from '@weft/xds/gen/envoy/config/core/v3/health_check_pb';
import type {
  Endpoint as EndpointMessage,
  LbEndpoint,
  LocalityLbEndpoints,
} from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_components_pb';
import type { ClusterLoadAssignment } from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_pb';
import { ClusterLoadAssignmentSchema } from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_pb';
import { Issues } from '../decode/issues.ts';
import { durationOr, fraction, metadataValue } from '../decode/scalars.ts';
import { checkFields, type SupportedMessages } from '../decode/supported-fields.ts';
import { SHARED_MESSAGES } from '../route/supported.ts';
import { ADDRESS_MESSAGES, compileAddress } from './compile-address.ts';
import type { EdsHealth, EndpointSet, EndpointSpec, LocalityEndpoints } from './endpoint-set.ts';

export const ENDPOINT_MESSAGES: SupportedMessages = {
  ...SHARED_MESSAGES,
  ...ADDRESS_MESSAGES,
  'envoy.config.endpoint.v3.ClusterLoadAssignment': {
    read: ['cluster_name', 'endpoints', 'named_endpoints', 'policy'],
  },
  'envoy.config.endpoint.v3.ClusterLoadAssignment.Policy': {
    read: ['drop_overloads', 'overprovisioning_factor', 'endpoint_stale_after', 'weighted_priority_health'],
  },
  'envoy.config.endpoint.v3.ClusterLoadAssignment.Policy.DropOverload': { read: ['category', 'drop_percentage'] },
  'envoy.config.endpoint.v3.LocalityLbEndpoints': {
    read: ['locality', 'lb_endpoints', 'load_balancer_endpoints', 'load_balancing_weight', 'priority'],
    // metadata of a locality takes no part in balancing; proximity is not used by Envoy either.
    harmless: ['metadata', 'proximity'],
  },
  'envoy.config.endpoint.v3.LocalityLbEndpoints.LbEndpointList': { read: ['lb_endpoints'] },
  'envoy.config.core.v3.Locality': { read: ['region', 'zone', 'sub_zone'] },
  'envoy.config.endpoint.v3.LbEndpoint': {
    read: ['endpoint', 'endpoint_name', 'health_status', 'metadata', 'load_balancing_weight'],
  },
  'envoy.config.endpoint.v3.Endpoint': { read: ['address', 'health_check_config', 'hostname'] },
  'envoy.config.endpoint.v3.Endpoint.HealthCheckConfig': {
    read: ['port_value', 'hostname', 'disable_active_health_check'],
  },
};

/** ClusterLoadAssignment.Policy: "If not set, it is 140"; LocalityLbEndpoints.priority: "0 to 127". */
const DEFAULT_OVERPROVISIONING = 140;
const MAX_PRIORITY = 128;

/** Compiles a ClusterLoadAssignment of EDS, where addresses are IP addresses or pipes. */
export function compileEndpoints(message: ClusterLoadAssignment): Decoded<EndpointSet> {
  const issues = new Issues(`ClusterLoadAssignment ${message.clusterName}`);
  checkFields(ClusterLoadAssignmentSchema, message, '', ENDPOINT_MESSAGES, issues);
  return issues.end(endpointSet(message, false, '', issues));
}

/** For a cluster's own `load_assignment`, whose fields were checked with the cluster's. */
export function endpointSet(
  message: ClusterLoadAssignment,
  names: boolean,
  prefix: string,
  issues: Issues,
): EndpointSet {
  const at = prefix === '' ? '' : `${prefix}.`;
  const policy = message.policy;
  return {
    clusterName: message.clusterName,
    localities: message.endpoints.map((group, i) => locality(group, message, names, `${at}endpoints[${i}]`, issues)),
    overprovisioningFactor: policy?.overprovisioningFactor ?? DEFAULT_OVERPROVISIONING,
    weightedPriorityHealth: policy?.weightedPriorityHealth ?? false,
    drops: (policy?.dropOverloads ?? []).map((drop) => ({
      category: drop.category,
      fraction: drop.dropPercentage === undefined ? { numerator: 0, denominator: 100 } : fraction(drop.dropPercentage),
    })),
    staleAfterMs: durationOr(policy?.endpointStaleAfter, 0, `${at}policy.endpoint_stale_after`, issues),
  };
}

function locality(
  group: LocalityLbEndpoints,
  set: ClusterLoadAssignment,
  names: boolean,
  at: string,
  issues: Issues,
): LocalityEndpoints {
  if (group.priority >= MAX_PRIORITY)
    issues.error(`${at}.priority`, 'invalid-value', `is ${group.priority}`, '0 to 127');
  const list = group.lbConfig.case === 'loadBalancerEndpoints' ? group.lbConfig.value.lbEndpoints : group.lbEndpoints;
  return {
    locality: {
      region: group.locality?.region ?? '',
      zone: group.locality?.zone ?? '',
      subZone: group.locality?.subZone ?? '',
    },
    weight: group.loadBalancingWeight,
    priority: group.priority,
    endpoints: list.map((endpoint, i) => spec(endpoint, set, names, `${at}.lb_endpoints[${i}]`, issues)),
  };
}

function spec(
  message: LbEndpoint,
  set: ClusterLoadAssignment,
  names: boolean,
  at: string,
  issues: Issues,
): EndpointSpec {
  const endpoint = endpointOf(message, set, at, issues);
  if (message.loadBalancingWeight === 0) {
    issues.error(`${at}.load_balancing_weight`, 'invalid-value', 'is 0', 'at least 1');
  }
  const check = endpoint?.healthCheckConfig;
  return {
    address: compileAddress(endpoint?.address, names, `${at}.endpoint.address`, issues),
    hostname: endpoint?.hostname ?? '',
    weight: message.loadBalancingWeight ?? 1,
    health: health(message.healthStatus),
    metadata: metadataValue(message.metadata),
    healthCheck: check === undefined ? NO_CHECK_OF_ITS_OWN : healthCheck(check),
  };
}

const NO_CHECK_OF_ITS_OWN: EndpointSpec['healthCheck'] = { port: undefined, hostname: '', disabled: false };

function healthCheck(check: NonNullable<EndpointMessage['healthCheckConfig']>): EndpointSpec['healthCheck'] {
  return {
    port: check.portValue === 0 ? undefined : check.portValue,
    hostname: check.hostname,
    disabled: check.disableActiveHealthCheck,
  };
}

function endpointOf(
  message: LbEndpoint,
  set: ClusterLoadAssignment,
  at: string,
  issues: Issues,
): EndpointMessage | undefined {
  const form = message.hostIdentifier;
  if (form.case === 'endpoint') return form.value;
  if (form.case === 'endpointName') {
    const found = set.namedEndpoints[form.value];
    if (found === undefined)
      issues.error(`${at}.endpoint_name`, 'invalid-value', `\`${form.value}\` is not among named_endpoints`);
    return found;
  }
  issues.error(at, 'missing-field', 'names no endpoint', 'endpoint or endpoint_name');
  return undefined;
}

/** Envoy's reading of `core.v3.HealthStatus`: UNKNOWN is healthy, TIMEOUT is unhealthy, DRAINING takes no new requests. */
function health(status: HealthStatus): EdsHealth {
  switch (status) {
    case HealthStatus.UNHEALTHY:
    case HealthStatus.TIMEOUT:
      return 'unhealthy';
    case HealthStatus.DRAINING:
      return 'draining';
    case HealthStatus.DEGRADED:
      return 'degraded';
    default:
      return 'healthy';
  }
}
