import type { Gap, KindCoverage } from './kind-coverage.ts';

const POLICY = [
  'connectionPool.tcp.maxConnections',
  'connectionPool.tcp.connectTimeout',
  'connectionPool.tcp.idleTimeout',
  'connectionPool.tcp.maxConnectionDuration',
  'connectionPool.tcp.tcpKeepalive',
  'connectionPool.http',
  'loadBalancer.consistentHash',
  'loadBalancer.localityLbSetting',
  'loadBalancer.simple',
  'loadBalancer.warmup',
  'loadBalancer.warmupDurationSecs',
  'outlierDetection',
  'proxyProtocol',
  'retryBudget',
  'tls',
];
const LEVELS = [
  'trafficPolicy',
  'trafficPolicy.portLevelSettings[]',
  'subsets[].trafficPolicy',
  'subsets[].trafficPolicy.portLevelSettings[]',
];

/** A gap in a traffic policy is a gap at each of its levels. */
function atEveryLevel(gap: Gap): readonly Gap[] {
  return LEVELS.map((level) => ({ ...gap, path: `${level}.${gap.path}` }));
}

export const DESTINATION_RULE: KindCoverage = {
  effect: 'enforced',
  paths: [
    'exportTo',
    'host',
    'workloadSelector',
    'subsets[].name',
    'subsets[].labels',
    'trafficPolicy.tunnel',
    'subsets[].trafficPolicy.tunnel',
    ...LEVELS.flatMap((level) => POLICY.map((name) => `${level}.${name}`)),
    'trafficPolicy.portLevelSettings[].port',
    'subsets[].trafficPolicy.portLevelSettings[].port',
  ],
  gaps: [
    ...atEveryLevel({
      path: 'tls.mode',
      when: (mode) => mode === 'ISTIO_MUTUAL',
      instead:
        'only proxies that were started with certificates of their own encrypt traffic to this host, since there is no certificate authority yet',
      security: true,
    }),
  ],
};
