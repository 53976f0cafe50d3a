import { isJsonObject } from '@weft/config';
import type { KindCoverage } from './kind-coverage.ts';

const HTTP_MATCH = [
  'authority',
  'gateways',
  'headers',
  'ignoreUriCase',
  'method',
  'name',
  'port',
  'queryParams',
  'scheme',
  'sourceLabels',
  'sourceNamespace',
  'uri',
  'withoutHeaders',
];
const HTTP = [
  'corsPolicy',
  'delegate',
  'directResponse',
  'fault.abort.httpStatus',
  'fault.abort.grpcStatus',
  'fault.abort.percentage',
  'fault.delay.fixedDelay',
  'fault.delay.percentage',
  'fault.delay.percent',
  'headers',
  'mirror',
  'mirrorPercent',
  'mirror_percent',
  'mirrorPercentage',
  'mirrors',
  'name',
  'redirect',
  'rewrite',
  'route',
  'timeout',
  'retries.attempts',
  'retries.backoff',
  'retries.perTryTimeout',
  'retries.retryOn',
  'retries.retryIgnorePreviousHosts',
];
const L4_MATCH = ['destinationSubnets', 'gateways', 'port', 'sourceLabels', 'sourceNamespace'];

export const VIRTUAL_SERVICE: KindCoverage = {
  effect: 'enforced',
  paths: [
    'exportTo',
    'gateways',
    'hosts',
    ...HTTP_MATCH.map((name) => `http[].match[].${name}`),
    ...HTTP.map((name) => `http[].${name}`),
    ...L4_MATCH.flatMap((name) => [`tcp[].match[].${name}`, `tls[].match[].${name}`]),
    'tls[].match[].sniHosts',
    'tcp[].route',
    'tls[].route',
  ],
  gaps: [
    {
      path: 'http[].match[].headers',
      when: (headers) =>
        isJsonObject(headers) && Object.keys(headers).some((name) => name.startsWith('@request.auth.')),
      instead: 'tokens are not looked at, so a rule for their claims never matches',
    },
  ],
};
