import { integer, object, type Schema, text } from '../../schema/index.ts';
import type { Destination, PortSelector } from './type.ts';

export const portSelector: Schema<PortSelector> = object<PortSelector>({
  number: integer({ min: 0, max: 65535 }),
});

export const destination: Schema<Destination> = object<Destination>(
  {
    host: text(),
    port: portSelector,
    subset: text(),
  },
  { required: ['host'] },
);
