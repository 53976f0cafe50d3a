import type { JsonObject } from '@weft/config';
import type { Gap, KindCoverage } from './kind-coverage.ts';

const UNUSED_ROUTE_FIELDS = 'routes choose their Gateways by parentRefs only';

const PARENTS = ['parentRefs', 'hostnames'];
const DEFAULT_GATEWAYS: Gap = { path: 'useDefaultGateways', instead: UNUSED_ROUTE_FIELDS };
const BACKEND = ['name', 'namespace', 'group', 'kind', 'port', 'weight'];

const HTTP_FILTERS = [
  'type',
  'requestHeaderModifier',
  'responseHeaderModifier',
  'requestMirror',
  'requestRedirect',
  'urlRewrite',
  'cors',
];
const GRPC_FILTERS = ['type', 'requestHeaderModifier', 'responseHeaderModifier', 'requestMirror'];

const UNKNOWN_FILTER = 'the whole route has no effect, since requests must not pass without this filter';

function filterGaps(fields: readonly string[]): readonly Gap[] {
  return fields.flatMap((field) =>
    ['rules[].filters[]', 'rules[].backendRefs[].filters[]'].map((at) => ({
      path: `${at}.${field}`,
      instead: UNKNOWN_FILTER,
    })),
  );
}

const backends = BACKEND.map((name) => `rules[].backendRefs[].${name}`);
const filters = (at: string, names: readonly string[]): readonly string[] => names.map((name) => `${at}.${name}`);
const SESSION: Gap = { path: 'rules[].sessionPersistence', instead: 'requests of a session go to any backend' };
const BACKEND_HEADERS = ['type', 'requestHeaderModifier', 'responseHeaderModifier'];

export const HTTP_ROUTE: KindCoverage = {
  effect: 'enforced',
  paths: [
    ...PARENTS,
    'useDefaultGateways',
    'rules[].name',
    'rules[].matches',
    'rules[].timeouts',
    'rules[].retry',
    'rules[].sessionPersistence',
    ...filters('rules[].filters[]', [...HTTP_FILTERS, 'extensionRef', 'externalAuth']),
    ...backends,
    ...filters('rules[].backendRefs[].filters[]', [...HTTP_FILTERS, 'extensionRef', 'externalAuth']),
  ],
  gaps: [DEFAULT_GATEWAYS, SESSION, ...filterGaps(['extensionRef', 'externalAuth']), ...onlyHeaders(HTTP_FILTERS)],
};

/** Backends change headers and nothing else. */
function onlyHeaders(names: readonly string[]): readonly Gap[] {
  return names
    .filter((name) => !BACKEND_HEADERS.includes(name))
    .map((name) => ({ path: `rules[].backendRefs[].filters[].${name}`, instead: UNKNOWN_FILTER }));
}

export const GRPC_ROUTE: KindCoverage = {
  effect: 'enforced',
  paths: [
    ...PARENTS,
    'useDefaultGateways',
    'rules[].name',
    'rules[].matches',
    'rules[].sessionPersistence',
    ...filters('rules[].filters[]', [...GRPC_FILTERS, 'extensionRef']),
    ...backends,
    ...filters('rules[].backendRefs[].filters[]', [...GRPC_FILTERS, 'extensionRef']),
  ],
  gaps: [DEFAULT_GATEWAYS, SESSION, ...filterGaps(['extensionRef']), ...onlyHeaders(GRPC_FILTERS)],
};

export const L4_ROUTE: KindCoverage = {
  effect: 'enforced',
  paths: [...PARENTS, 'useDefaultGateways', 'rules[].name', ...backends],
  gaps: [DEFAULT_GATEWAYS],
};

const LISTENER = ['name', 'port', 'protocol', 'hostname', 'allowedRoutes', 'tls'];

const AUTHORITY_IN_CONFIG_MAP: Gap['instead'] =
  'the certificates of an authority are read from Secrets only, so the listener does not answer';

function isConfigMap(kind: unknown): boolean {
  return kind === 'ConfigMap';
}

/** Istio's own, besides the one of ingress. Policies attach to waypoints. */
const OTHER_CLASSES: ReadonlySet<unknown> = new Set(['istio-waypoint', 'istio-east-west', 'istio-remote']);

export const KUBERNETES_GATEWAY: KindCoverage = {
  effect: 'enforced',
  paths: [
    'gatewayClassName',
    'addresses',
    'allowedListeners',
    'tls',
    'defaultScope',
    'infrastructure',
    ...LISTENER.map((name) => `listeners[].${name}`),
  ],
  gaps: [
    {
      path: 'gatewayClassName',
      when: (name) => OTHER_CLASSES.has(name),
      instead: 'waypoints, gateways of ambient meshes and of other clusters are not supported',
      security: true,
    },
    { path: 'defaultScope', instead: UNUSED_ROUTE_FIELDS },
    { path: 'infrastructure', instead: 'nothing is deployed for a Gateway but the proxy that `weft up` starts' },
    { path: 'tls.backend', instead: 'backends are shown no client certificate' },
    {
      path: 'tls.frontend.default.validation.caCertificateRefs[].kind',
      when: isConfigMap,
      instead: AUTHORITY_IN_CONFIG_MAP,
      security: true,
    },
    {
      path: 'tls.frontend.perPort[].tls.validation.caCertificateRefs[].kind',
      when: isConfigMap,
      instead: AUTHORITY_IN_CONFIG_MAP,
      security: true,
    },
    ...unusable('listeners[].protocol'),
  ],
};

export const LISTENER_SET: KindCoverage = {
  effect: 'enforced',
  paths: ['parentRef', ...LISTENER.map((name) => `listeners[].${name}`)],
  gaps: unusable('listeners[].protocol'),
};

const PROTOCOLS: ReadonlySet<unknown> = new Set(['HTTP', 'HTTPS', 'TLS', 'TCP']);

function unusable(path: string): readonly Gap[] {
  return [{ path, when: (value) => !PROTOCOLS.has(value), instead: 'no listener of this protocol is opened' }];
}

export const GATEWAY_CLASS: KindCoverage = {
  effect: 'enforced',
  paths: ['controllerName', 'description', 'parametersRef'],
  gaps: [{ path: 'parametersRef', instead: 'a class has no parameters' }],
};

export const REFERENCE_GRANT: KindCoverage = { effect: 'enforced', paths: ['from', 'to'], gaps: [] };

export const UDP_ROUTE: KindCoverage = {
  effect: 'none',
  instead: 'gateways open no UDP ports',
  security: (_: JsonObject) => false,
};
