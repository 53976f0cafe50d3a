import type { JsonObject } from '../../json.ts';
import type { MeshConfig } from '../mesh-config/type.ts';

/**
 * An installation of Istio. Only what says something about the mesh is decoded; the chart values stay JSON.
 *
 * https://istio.io/latest/docs/reference/config/istio.operator.v1alpha1/
 */
export interface IstioOperatorSpec {
  readonly profile?: string;
  readonly revision?: string;
  readonly namespace?: string;
  readonly hub?: string;
  readonly tag?: number | string;
  readonly installPackagePath?: string;
  readonly compatibilityVersion?: string;
  readonly meshConfig?: MeshConfig;
  readonly components?: JsonObject;
  readonly values?: JsonObject;
  readonly unvalidatedValues?: JsonObject;
  readonly addonComponents?: JsonObject;
}
