import { flag, list, object, type Schema, text } from '../../schema/index.ts';
import { objectReference } from '../endpoints/schema.ts';
import type { ServiceAccountSpec } from './type.ts';

export const serviceAccountSpec: Schema<ServiceAccountSpec> = object<ServiceAccountSpec>({
  automountServiceAccountToken: flag(),
  imagePullSecrets: list(object<{ readonly name?: string }>({ name: text() })),
  secrets: list(objectReference),
});
