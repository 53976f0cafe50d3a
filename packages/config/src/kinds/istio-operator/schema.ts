import { intOrString, json, object, type Schema, text } from '../../schema/index.ts';
import { meshConfig } from '../mesh-config/schema.ts';
import type { IstioOperatorSpec } from './type.ts';

export const istioOperatorSpec: Schema<IstioOperatorSpec> = object<IstioOperatorSpec>({
  profile: text(),
  revision: text(),
  namespace: text(),
  hub: text(),
  tag: intOrString(),
  installPackagePath: text(),
  compatibilityVersion: text(),
  meshConfig,
  components: json(),
  values: json(),
  unvalidatedValues: json(),
  addonComponents: json(),
});
