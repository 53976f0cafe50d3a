import { duration, integer, list, map, object, oneOf, type Schema, text } from '../../schema/index.ts';
import { GEP_2257 } from './duration.ts';
import type {
  AllowedRoutes,
  BackendObjectReference,
  BackendRef,
  Fraction,
  GatewayListener,
  HttpHeaderFilter,
  HttpHeaderValue,
  HttpRequestMirrorFilter,
  ListenerTls,
  LocalObjectReference,
  NamespaceRequirement,
  NamespaceSelector,
  ParentReference,
  RouteGroupKind,
  RouteNamespaces,
  SecretReference,
  SessionCookie,
  SessionHeader,
  SessionPersistence,
} from './type.ts';

export const namespaceRequirement: Schema<NamespaceRequirement> = object<NamespaceRequirement>(
  {
    key: text(),
    operator: text(),
    values: list(text()),
  },
  { required: ['key', 'operator'] },
);

export const namespaceSelector: Schema<NamespaceSelector> = object<NamespaceSelector>({
  matchExpressions: list(namespaceRequirement),
  matchLabels: map(text()),
});

export const routeNamespaces: Schema<RouteNamespaces> = object<RouteNamespaces>({
  from: oneOf('All', 'Selector', 'Same', 'None'),
  selector: namespaceSelector,
});

export const routeGroupKind: Schema<RouteGroupKind> = object<RouteGroupKind>(
  {
    group: text({ max: 253, pattern: /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
    kind: text({ min: 1, max: 63, pattern: /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/ }),
  },
  { required: ['kind'] },
);

export const allowedRoutes: Schema<AllowedRoutes> = object<AllowedRoutes>({
  kinds: list(routeGroupKind, { max: 8 }),
  namespaces: routeNamespaces,
});

const referenceFields = {
  group: text({ max: 253, pattern: /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
  kind: text({ min: 1, max: 63, pattern: /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/ }),
  name: text({ min: 1, max: 253 }),
  namespace: text({ min: 1, max: 63, pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/ }),
};

export const secretReference: Schema<SecretReference> = object<SecretReference>(referenceFields, {
  required: ['name'],
});

/** A reference that may be of any kind and therefore names it. */
export const objectReference: Schema<SecretReference> = object<SecretReference>(referenceFields, {
  required: ['group', 'kind', 'name'],
});

export const listenerTls: Schema<ListenerTls> = object<ListenerTls>({
  certificateRefs: list(secretReference, { max: 64 }),
  mode: oneOf('Terminate', 'Passthrough'),
  options: map(text({ min: 0, max: 4096 }), { max: 16 }),
});

export const gatewayListener: Schema<GatewayListener> = object<GatewayListener>(
  {
    allowedRoutes: allowedRoutes,
    hostname: text({
      min: 1,
      max: 253,
      pattern: /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    }),
    name: text({ min: 1, max: 253, pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
    port: integer({ min: 1, max: 65535 }),
    protocol: text({
      min: 1,
      max: 255,
      pattern:
        /^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9]+$/,
    }),
    tls: listenerTls,
  },
  { required: ['name', 'port', 'protocol'] },
);

export const parentReference: Schema<ParentReference> = object<ParentReference>(
  {
    group: text({ max: 253, pattern: /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
    kind: text({ min: 1, max: 63, pattern: /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/ }),
    name: text({ min: 1, max: 253 }),
    namespace: text({ min: 1, max: 63, pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/ }),
    port: integer({ min: 1, max: 65535 }),
    sectionName: text({
      min: 1,
      max: 253,
      pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    }),
  },
  { required: ['name'] },
);

export const localObjectReference: Schema<LocalObjectReference> = object<LocalObjectReference>(
  {
    group: text({ max: 253, pattern: /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
    kind: text({ min: 1, max: 63, pattern: /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/ }),
    name: text({ min: 1, max: 253 }),
  },
  { required: ['group', 'kind', 'name'] },
);

export const backendObjectReference: Schema<BackendObjectReference> = object<BackendObjectReference>(
  {
    group: text({ max: 253, pattern: /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
    kind: text({ min: 1, max: 63, pattern: /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/ }),
    name: text({ min: 1, max: 253 }),
    namespace: text({ min: 1, max: 63, pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/ }),
    port: integer({ min: 1, max: 65535 }),
  },
  { required: ['name'] },
);

export const httpHeaderValue: Schema<HttpHeaderValue> = object<HttpHeaderValue>(
  {
    name: text({ min: 1, max: 256, pattern: /^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$/ }),
    value: text({ min: 1, max: 4096, pattern: /^[!-~]+([\t ]?[!-~]+)*$/ }),
  },
  { required: ['name', 'value'] },
);

export const httpHeaderFilter: Schema<HttpHeaderFilter> = object<HttpHeaderFilter>({
  add: list(httpHeaderValue, { max: 16, key: 'name' }),
  remove: list(text(), { max: 16 }),
  set: list(httpHeaderValue, { max: 16, key: 'name' }),
});

export const fraction: Schema<Fraction> = object<Fraction>(
  {
    denominator: integer({ min: 1 }),
    numerator: integer({ min: 0 }),
  },
  { required: ['numerator'] },
);

export const httpRequestMirrorFilter: Schema<HttpRequestMirrorFilter> = object<HttpRequestMirrorFilter>(
  {
    backendRef: backendObjectReference,
    fraction: fraction,
    percent: integer({ min: 0, max: 100 }),
  },
  { required: ['backendRef'] },
);

export const sessionCookie: Schema<SessionCookie> = object<SessionCookie>({
  lifetimeType: oneOf('Permanent', 'Session'),
  name: text({ min: 1, max: 256, pattern: /^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$/ }),
  path: text({ max: 1024 }),
});

export const sessionHeader: Schema<SessionHeader> = object<SessionHeader>(
  {
    name: text({ min: 1, max: 256, pattern: /^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$/ }),
  },
  { required: ['name'] },
);

export const sessionPersistence: Schema<SessionPersistence> = object<SessionPersistence>({
  absoluteTimeout: duration(GEP_2257),
  cookie: sessionCookie,
  header: sessionHeader,
  type: oneOf('Cookie', 'Header'),
});

export const backendRef: Schema<BackendRef> = object<BackendRef>(
  {
    group: text({ max: 253, pattern: /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
    kind: text({ min: 1, max: 63, pattern: /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/ }),
    name: text({ min: 1, max: 253 }),
    namespace: text({ min: 1, max: 63, pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/ }),
    port: integer({ min: 1, max: 65535 }),
    weight: integer({ min: 0, max: 1000000 }),
  },
  { required: ['name'] },
);
