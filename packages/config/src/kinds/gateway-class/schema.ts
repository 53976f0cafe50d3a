import { object, type Schema, text } from '../../schema/index.ts';
import type { GatewayClassSpec, ParametersReference } from './type.ts';

export const parametersReference: Schema<ParametersReference> = object<ParametersReference>(
  {
    group: text({ max: 253, pattern: /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
    kind: text({ min: 1, max: 63, pattern: /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/ }),
    name: text({ min: 1, max: 253 }),
    namespace: text({ min: 1, max: 63, pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/ }),
  },
  { required: ['group', 'kind', 'name'] },
);

export const gatewayClassSpec: Schema<GatewayClassSpec> = object<GatewayClassSpec>(
  {
    controllerName: text({
      min: 1,
      max: 253,
      pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/,
    }),
    description: text({ max: 64 }),
    parametersRef: parametersReference,
  },
  { required: ['controllerName'] },
);
