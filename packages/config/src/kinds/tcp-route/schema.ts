import { list, object, oneOf, type Schema, text } from '../../schema/index.ts';
import { backendRef, parentReference } from '../../shared/gateway-api/schema.ts';
import type { TcpRouteRule, TcpRouteSpec } from './type.ts';

export const tcpRouteRule: Schema<TcpRouteRule> = object<TcpRouteRule>(
  {
    backendRefs: list(backendRef, { min: 1, max: 16 }),
    name: text({ min: 1, max: 253, pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
  },
  { required: ['backendRefs'] },
);

export const tcpRouteSpec: Schema<TcpRouteSpec> = object<TcpRouteSpec>(
  {
    parentRefs: list(parentReference, { max: 32 }),
    rules: list(tcpRouteRule, { min: 1, max: 1 }),
    useDefaultGateways: oneOf('All', 'None'),
  },
  { required: ['rules'] },
);
