import { workloadEntrySpec } from '../../kinds/workload-entry/schema.ts';
import { integer, list, object, oneOf, type Schema, text } from '../../schema/index.ts';
import { workloadSelector } from '../../shared/selector/schema.ts';
import type { ServiceEntryPort, ServiceEntrySpec } from './type.ts';

export const serviceEntryPort: Schema<ServiceEntryPort> = object<ServiceEntryPort>(
  {
    name: text({ max: 256 }),
    number: integer({ min: 0 }),
    protocol: text({ max: 256 }),
    targetPort: integer({ min: 0 }),
  },
  { required: ['number', 'name'] },
);

export const serviceEntrySpec: Schema<ServiceEntrySpec> = object<ServiceEntrySpec>(
  {
    addresses: list(text({ max: 64 }), { max: 256 }),
    endpoints: list(workloadEntrySpec, { max: 4096 }),
    exportTo: list(text()),
    hosts: list(text(), { min: 1, max: 256 }),
    location: oneOf('MESH_EXTERNAL', 'MESH_INTERNAL'),
    ports: list(serviceEntryPort, { max: 256 }),
    resolution: oneOf('NONE', 'STATIC', 'DNS', 'DNS_ROUND_ROBIN', 'DYNAMIC_DNS'),
    subjectAltNames: list(text()),
    workloadSelector: workloadSelector,
  },
  { required: ['hosts'] },
);
