import type { KindCoverage } from './kind-coverage.ts';

export const SERVICE_ENTRY: KindCoverage = {
  effect: 'enforced',
  paths: [
    'addresses',
    'endpoints[].address',
    'endpoints[].labels',
    'endpoints[].locality',
    'endpoints[].ports',
    'endpoints[].serviceAccount',
    'endpoints[].weight',
    'exportTo',
    'hosts',
    'location',
    'ports',
    'resolution',
    'workloadSelector',
  ],
  gaps: [],
};

export const WORKLOAD_ENTRY: KindCoverage = {
  effect: 'enforced',
  paths: ['address', 'labels', 'locality', 'ports', 'serviceAccount', 'weight'],
  gaps: [],
};

/** The control plane makes WorkloadEntries of it for proxies that connect; they run its probe. */
export const WORKLOAD_GROUP: KindCoverage = {
  effect: 'enforced',
  paths: [
    'metadata',
    'probe',
    'template.labels',
    'template.locality',
    'template.ports',
    'template.serviceAccount',
    'template.weight',
  ],
  gaps: [],
};

export const SIDECAR: KindCoverage = {
  effect: 'enforced',
  paths: [
    'egress[].bind',
    'egress[].captureMode',
    'egress[].hosts',
    'egress[].port',
    'inboundConnectionPool',
    'ingress[].bind',
    'ingress[].captureMode',
    'ingress[].connectionPool',
    'ingress[].defaultEndpoint',
    'ingress[].port',
    'ingress[].tls',
    'outboundTrafficPolicy.egressProxy',
    'outboundTrafficPolicy.mode',
    'workloadSelector',
  ],
  gaps: [
    {
      path: 'ingress[].tls',
      instead: 'it counts only on a port for which a PeerAuthentication turns mutual TLS off (mode DISABLE)',
      security: true,
    },
  ],
};

/** A Service is applied for its ports, selector and addresses; what concerns kube-proxy or a cloud's load balancer is theirs. */
export const SERVICE: KindCoverage = { effect: 'data' };
