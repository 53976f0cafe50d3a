import { flag, map, object, type Schema, text } from '../../schema/index.ts';
import type { ConfigMapSpec } from './type.ts';

export const configMapSpec: Schema<ConfigMapSpec> = object<ConfigMapSpec>({
  data: map(text()),
  binaryData: map(text()),
  immutable: flag(),
});
