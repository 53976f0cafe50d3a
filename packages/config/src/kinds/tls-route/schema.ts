import { list, object, oneOf, type Schema, text } from '../../schema/index.ts';
import { backendRef, parentReference } from '../../shared/gateway-api/schema.ts';
import type { TlsRouteRule, TlsRouteSpec } from './type.ts';

export const tlsRouteRule: Schema<TlsRouteRule> = object<TlsRouteRule>(
  {
    backendRefs: list(backendRef, { min: 1, max: 16 }),
    name: text({ min: 1, max: 253, pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
  },
  { required: ['backendRefs'] },
);

export const tlsRouteSpec: Schema<TlsRouteSpec> = object<TlsRouteSpec>(
  {
    hostnames: list(
      text({ min: 1, max: 253, pattern: /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
      { min: 1, max: 1024 },
    ),
    parentRefs: list(parentReference, { max: 32 }),
    rules: list(tlsRouteRule, { min: 1, max: 1 }),
    useDefaultGateways: oneOf('All', 'None'),
  },
  { required: ['hostnames', 'rules'] },
);
