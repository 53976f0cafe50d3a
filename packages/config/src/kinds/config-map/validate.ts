import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import { decodeMeshConfig } from '../mesh-config/decode.ts';
import type { ConfigMapSpec } from './type.ts';

/** A ConfigMap named `istio`, or `istio-<revision>`, carries the configuration of the mesh; others are not looked into. */
export function validateConfigMap(spec: ConfigMapSpec, metadata: ObjectMeta, report: Report): void {
  const mesh = spec.data?.['mesh'];
  if (mesh === undefined || !/^istio(?:-|$)/.test(metadata.name)) return;
  for (const issue of decodeMeshConfig(mesh).issues) {
    report.issues.push({ ...issue, at: issue.at === '' ? 'data.mesh' : `data.mesh.${issue.at}` });
  }
}
