import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import { checkMeshConfig } from '../mesh-config/validate.ts';
import type { IstioOperatorSpec } from './type.ts';

/** Only the mesh configuration is checked: charts check their own values. */
export function validateIstioOperator(spec: IstioOperatorSpec, _metadata: ObjectMeta, report: Report): void {
  if (spec.meshConfig !== undefined) checkMeshConfig(spec.meshConfig, 'spec.meshConfig', report);
}
