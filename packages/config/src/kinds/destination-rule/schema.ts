import {
  decimal,
  duration,
  flag,
  integer,
  list,
  long,
  map,
  object,
  oneOf,
  type Schema,
  text,
} from '../../schema/index.ts';
import { connectionPoolSettings } from '../../shared/connection-pool/schema.ts';
import { portSelector } from '../../shared/destination/schema.ts';
import { policySelector } from '../../shared/selector/schema.ts';
import type {
  ClientTlsSettings,
  ConsistentHashLb,
  CookieAttribute,
  DestinationRuleSpec,
  HttpCookieHash,
  LoadBalancerSettings,
  LocalityDistribute,
  LocalityFailover,
  LocalityLbSetting,
  MaglevSettings,
  OutlierDetection,
  PortTrafficPolicy,
  ProxyProtocolSettings,
  RetryBudget,
  RingHashSettings,
  Subset,
  TrafficPolicy,
  TunnelSettings,
  WarmupConfiguration,
  ZoneAwareLbSetting,
} from './type.ts';

export const cookieAttribute: Schema<CookieAttribute> = object<CookieAttribute>(
  {
    name: text(),
    value: text(),
  },
  { required: ['name'] },
);

export const httpCookieHash: Schema<HttpCookieHash> = object<HttpCookieHash>(
  {
    attributes: list(cookieAttribute),
    name: text(),
    path: text(),
    ttl: duration(),
  },
  { required: ['name'] },
);

export const maglevSettings: Schema<MaglevSettings> = object<MaglevSettings>({
  tableSize: long({ min: 0 }),
});

export const ringHashSettings: Schema<RingHashSettings> = object<RingHashSettings>({
  minimumRingSize: long({ min: 0 }),
});

export const consistentHashLb: Schema<ConsistentHashLb> = object<ConsistentHashLb>(
  {
    httpCookie: httpCookieHash,
    httpHeaderName: text(),
    httpQueryParameterName: text(),
    maglev: maglevSettings,
    minimumRingSize: long({ min: 0 }),
    ringHash: ringHashSettings,
    useSourceIp: flag(),
  },
  {
    exclusive: [
      { fields: ['httpHeaderName', 'httpCookie', 'useSourceIp', 'httpQueryParameterName'], required: false },
      { fields: ['ringHash', 'maglev'], required: false },
    ],
  },
);

export const localityDistribute: Schema<LocalityDistribute> = object<LocalityDistribute>({
  from: text(),
  to: map(integer({ min: 0 })),
});

export const localityFailover: Schema<LocalityFailover> = object<LocalityFailover>({
  from: text(),
  to: text(),
});

export const localityLbSetting: Schema<LocalityLbSetting> = object<LocalityLbSetting>({
  distribute: list(localityDistribute),
  enabled: flag(),
  failover: list(localityFailover),
  failoverPriority: list(text()),
});

export const warmupConfiguration: Schema<WarmupConfiguration> = object<WarmupConfiguration>(
  {
    aggression: decimal({ min: 0 }),
    duration: duration({ minMs: 1 }),
    minimumPercent: decimal({ min: 0, max: 100 }),
  },
  { required: ['duration'] },
);

export const zoneAwareLbSetting: Schema<ZoneAwareLbSetting> = object<ZoneAwareLbSetting>({
  enabled: flag(),
  failover: list(localityFailover),
  failoverPriority: list(text()),
  minClusterSize: integer({ min: 1 }),
});

export const loadBalancerSettings: Schema<LoadBalancerSettings> = object<LoadBalancerSettings>(
  {
    consistentHash: consistentHashLb,
    localityLbSetting: localityLbSetting,
    simple: oneOf('UNSPECIFIED', 'LEAST_CONN', 'RANDOM', 'PASSTHROUGH', 'ROUND_ROBIN', 'LEAST_REQUEST'),
    warmup: warmupConfiguration,
    warmupDurationSecs: duration({ minMs: 1 }),
    zoneAwareLbSetting: zoneAwareLbSetting,
  },
  { exclusive: [{ fields: ['simple', 'consistentHash'], required: false }] },
);

export const outlierDetection: Schema<OutlierDetection> = object<OutlierDetection>({
  baseEjectionTime: duration({ minMs: 1 }),
  consecutive5xxErrors: integer({ min: 0 }),
  consecutiveErrors: integer(),
  consecutiveGatewayErrors: integer({ min: 0 }),
  consecutiveLocalOriginFailures: integer({ min: 0 }),
  interval: duration({ minMs: 1 }),
  maxEjectionPercent: integer(),
  minHealthPercent: integer(),
  outlierDetectionHttpErrorCodes: list(integer({ min: 100, max: 599 })),
  splitExternalLocalOriginErrors: flag(),
});

export const clientTlsSettings: Schema<ClientTlsSettings> = object<ClientTlsSettings>({
  caCertificates: text(),
  caCrl: text(),
  clientCertificate: text(),
  credentialName: text(),
  insecureSkipVerify: flag(),
  mode: oneOf('DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL'),
  privateKey: text(),
  sni: text(),
  subjectAltNames: list(text()),
});

export const portTrafficPolicy: Schema<PortTrafficPolicy> = object<PortTrafficPolicy>({
  connectionPool: connectionPoolSettings,
  loadBalancer: loadBalancerSettings,
  outlierDetection: outlierDetection,
  port: portSelector,
  tls: clientTlsSettings,
});

export const proxyProtocolSettings: Schema<ProxyProtocolSettings> = object<ProxyProtocolSettings>({
  version: oneOf('V1', 'V2'),
});

export const retryBudget: Schema<RetryBudget> = object<RetryBudget>({
  budgetInterval: duration(),
  minRetryConcurrency: integer({ min: 0 }),
  percent: decimal({ min: 0, max: 100 }),
});

export const tunnelSettings: Schema<TunnelSettings> = object<TunnelSettings>(
  {
    protocol: text(),
    targetHost: text(),
    targetPort: integer({ min: 0 }),
  },
  { required: ['targetHost', 'targetPort'] },
);

export const trafficPolicy: Schema<TrafficPolicy> = object<TrafficPolicy>({
  connectionPool: connectionPoolSettings,
  loadBalancer: loadBalancerSettings,
  outlierDetection: outlierDetection,
  portLevelSettings: list(portTrafficPolicy, { max: 4096 }),
  proxyProtocol: proxyProtocolSettings,
  retryBudget: retryBudget,
  tls: clientTlsSettings,
  tunnel: tunnelSettings,
});

export const subset: Schema<Subset> = object<Subset>(
  {
    labels: map(text()),
    name: text(),
    trafficPolicy: trafficPolicy,
  },
  { required: ['name'] },
);

export const destinationRuleSpec: Schema<DestinationRuleSpec> = object<DestinationRuleSpec>(
  {
    exportTo: list(text()),
    host: text(),
    subsets: list(subset),
    trafficPolicy: trafficPolicy,
    workloadSelector: policySelector,
  },
  { required: ['host'] },
);
