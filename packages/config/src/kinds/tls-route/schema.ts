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

const hostname = text({
  min: 1,
  max: 253,
  pattern: /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
});

const fields = {
  parentRefs: list(parentReference, { max: 32 }),
  useDefaultGateways: oneOf('All', 'None'),
};

export const tlsRouteSpec: Schema<TlsRouteSpec> = object<TlsRouteSpec>(
  { ...fields, hostnames: list(hostname, { min: 1, max: 1024 }), rules: list(tlsRouteRule, { min: 1, max: 1 }) },
  { required: ['hostnames', 'rules'] },
);

/** The version that the experimental channel still serves: hostnames may be left out, and there may be several rules. */
export const tlsRouteSpecV1Alpha2: Schema<TlsRouteSpec> = object<TlsRouteSpec>(
  { ...fields, hostnames: list(hostname, { max: 1024 }), rules: list(tlsRouteRule, { min: 1, max: 16 }) },
  { required: ['rules'] },
);
