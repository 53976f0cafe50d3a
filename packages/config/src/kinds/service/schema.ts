import { flag, integer, intOrString, json, list, map, object, oneOf, type Schema, text } from '../../schema/index.ts';
import type { LoadBalancerIngress, ServicePort, ServiceSpec, ServiceStatus } from './type.ts';

export const servicePort: Schema<ServicePort> = object<ServicePort>(
  {
    name: text(),
    port: integer({ min: 1, max: 65535 }),
    protocol: oneOf('TCP', 'UDP', 'SCTP'),
    targetPort: intOrString(),
    nodePort: integer({ min: 0, max: 65535 }),
    appProtocol: text(),
  },
  { required: ['port'] },
);

export const serviceSpec: Schema<ServiceSpec> = object<ServiceSpec>({
  type: oneOf('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'),
  clusterIP: text(),
  clusterIPs: list(text()),
  externalIPs: list(text()),
  externalName: text(),
  ports: list(servicePort),
  selector: map(text()),
  publishNotReadyAddresses: flag(),
  sessionAffinity: oneOf('None', 'ClientIP'),
  internalTrafficPolicy: oneOf('Cluster', 'Local'),
  externalTrafficPolicy: oneOf('Cluster', 'Local'),
  trafficDistribution: text(),
  loadBalancerIP: text(),
  ipFamilies: list(oneOf('IPv4', 'IPv6')),
  ipFamilyPolicy: oneOf('SingleStack', 'PreferDualStack', 'RequireDualStack'),
  allocateLoadBalancerNodePorts: flag(),
  healthCheckNodePort: integer(),
  loadBalancerClass: text(),
  loadBalancerSourceRanges: list(text()),
  sessionAffinityConfig: json(),
});

export const serviceStatus: Schema<ServiceStatus> = object<ServiceStatus>(
  {
    loadBalancer: object<NonNullable<ServiceStatus['loadBalancer']>>(
      { ingress: list(object<LoadBalancerIngress>({ ip: text(), hostname: text() }, { open: true })) },
      { open: true },
    ),
  },
  { open: true },
);
