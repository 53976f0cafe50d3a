import type { KindCoverage } from './kind-coverage.ts';
import { MESH_FIELDS, MESH_GAPS } from './mesh-config.ts';

const NOT_INSTALLED = 'nothing is installed here';

/** Its `meshConfig` counts as if Istio's installer had written it; the rest tells that installer what to install. */
export const ISTIO_OPERATOR: KindCoverage = {
  effect: 'enforced',
  paths: [
    'components',
    'hub',
    'namespace',
    'profile',
    'revision',
    'tag',
    'values',
    ...MESH_FIELDS.map((path) => `meshConfig.${path}`),
  ],
  gaps: [
    { path: 'components', instead: `${NOT_INSTALLED}; start gateways with weft up` },
    { path: 'values', instead: `chart values are for Istio's installer, and ${NOT_INSTALLED}` },
    ...MESH_GAPS.map((gap) => ({ ...gap, path: `meshConfig.${gap.path}` })),
  ],
};
