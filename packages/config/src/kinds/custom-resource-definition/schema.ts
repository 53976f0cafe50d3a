import { object, type Schema, text } from '../../schema/index.ts';
import type { CustomResourceDefinitionSpec } from './type.ts';

export const customResourceDefinitionSpec: Schema<CustomResourceDefinitionSpec> = object<CustomResourceDefinitionSpec>(
  { group: text(), names: object<{ readonly kind?: string }>({ kind: text() }, { open: true }) },
  { open: true },
);
