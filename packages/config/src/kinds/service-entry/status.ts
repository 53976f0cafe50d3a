import { list, object, type Schema, text } from '../../schema/index.ts';
import type { ServiceEntryStatus } from './type.ts';

type Address = NonNullable<ServiceEntryStatus['addresses']>[number];

export const serviceEntryStatus: Schema<ServiceEntryStatus> = object<ServiceEntryStatus>(
  { addresses: list(object<Address>({ value: text(), host: text() })) },
  { open: true },
);
