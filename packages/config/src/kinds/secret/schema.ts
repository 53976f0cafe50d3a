import { flag, map, object, type Schema, text } from '../../schema/index.ts';
import type { SecretSpec } from './type.ts';

export const secretSpec: Schema<SecretSpec> = object<SecretSpec>({
  type: text(),
  data: map(text()),
  stringData: map(text()),
  immutable: flag(),
});
