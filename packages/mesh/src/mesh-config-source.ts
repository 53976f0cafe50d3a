import type { Issue } from '@weft/base';
import { decodeMeshConfig, type MeshConfig, operatorMeshConfig, type Resource, resourcesOf } from '@weft/config';

const ROOT = 'istio-system';

export type MeshConfigSource = MeshConfig | Resource<'ConfigMap'> | undefined;

/** Where the mesh configuration stands: Istio installs it as the key `mesh` of ConfigMap `istio`, from what an IstioOperator says. */
export function meshConfigResource(resources: readonly Resource[]): MeshConfigSource {
  const installed = resourcesOf(resources, 'ConfigMap').find(
    ({ metadata, spec }) =>
      metadata.name === 'istio' && metadata.namespace === ROOT && spec.data?.['mesh'] !== undefined,
  );
  return installed ?? operatorMeshConfig(resources);
}

/** The configuration in `source`; what is wrong with it goes to `issues`. */
export function meshConfigIn(source: MeshConfigSource, issues: Issue[]): MeshConfig {
  if (source === undefined) return {};
  if (!('type' in source)) return source;
  const decoded = decodeMeshConfig(source.spec.data?.['mesh'] ?? '');
  issues.push(...decoded.issues);
  return decoded.ok ? decoded.value : {};
}
