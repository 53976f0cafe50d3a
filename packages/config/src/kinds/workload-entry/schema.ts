import { integer, map, object, type Schema, text } from '../../schema/index.ts';
import type { WorkloadEntrySpec } from './type.ts';

export const workloadEntrySpec: Schema<WorkloadEntrySpec> = object<WorkloadEntrySpec>({
  address: text({ max: 256 }),
  labels: map(text(), { max: 256 }),
  locality: text({ max: 2048 }),
  network: text({ max: 2048 }),
  ports: map(integer({ min: 0 }), { max: 128 }),
  serviceAccount: text({ max: 253 }),
  weight: integer({ min: 0 }),
});
