import { list, object, type Schema, text } from '../../schema/index.ts';
import { gatewayListener } from '../../shared/gateway-api/schema.ts';
import type { ListenerSetSpec, ParentGatewayReference } from './type.ts';

export const parentGatewayReference: Schema<ParentGatewayReference> = object<ParentGatewayReference>(
  {
    group: text({ max: 253, pattern: /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
    kind: text({ min: 1, max: 63, pattern: /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/ }),
    name: text({ min: 1, max: 253 }),
    namespace: text({ min: 1, max: 63, pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/ }),
  },
  { required: ['name'] },
);

export const listenerSetSpec: Schema<ListenerSetSpec> = object<ListenerSetSpec>(
  {
    listeners: list(gatewayListener, { min: 1, max: 64 }),
    parentRef: parentGatewayReference,
  },
  { required: ['listeners', 'parentRef'] },
);
