import { list, object, type Schema, text } from '../../schema/index.ts';
import type { ReferenceGrantFrom, ReferenceGrantSpec, ReferenceGrantTo } from './type.ts';

export const referenceGrantFrom: Schema<ReferenceGrantFrom> = object<ReferenceGrantFrom>(
  {
    group: text({ max: 253, pattern: /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
    kind: text({ min: 1, max: 63, pattern: /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/ }),
    namespace: text({ min: 1, max: 63, pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/ }),
  },
  { required: ['group', 'kind', 'namespace'] },
);

export const referenceGrantTo: Schema<ReferenceGrantTo> = object<ReferenceGrantTo>(
  {
    group: text({ max: 253, pattern: /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
    kind: text({ min: 1, max: 63, pattern: /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/ }),
    name: text({ min: 1, max: 253 }),
  },
  { required: ['group', 'kind'] },
);

export const referenceGrantSpec: Schema<ReferenceGrantSpec> = object<ReferenceGrantSpec>(
  {
    from: list(referenceGrantFrom, { min: 1, max: 16 }),
    to: list(referenceGrantTo, { min: 1, max: 16 }),
  },
  { required: ['from', 'to'] },
);
