/** Kinds that are experiments of the Gateway API, which change with every release. */
const EXPERIMENTAL = /^apiVersion: gateway\.networking\.x-k8s\.io\//m;
const INFERENCE = /^apiVersion: inference\.networking\.|^ *kind: InferencePool\s*$/m;
/** Istio's classes for ambient meshes and for Gateways of other clusters. */
const OTHER_CLASS = /^ *gatewayClassName: *istio-(?:waypoint|east-west|remote)\s*$/m;
const BACKEND_TLS = /^kind: BackendTLSPolicy\s*$/m;

/** Why a case cannot be asked yet, by what it is made of. */
export function skippedCase({ input }: { readonly input: string }): string | undefined {
  if (EXPERIMENTAL.test(input)) return 'experimental kinds (XBackend, XBackendTrafficPolicy) are not read';
  if (OTHER_CLASS.test(input)) return 'waypoints, gateways of ambient meshes and of other clusters are not supported';
  if (INFERENCE.test(input)) return 'kinds of the inference extension are not read';
  return BACKEND_TLS.test(input) ? 'BackendTLSPolicy has no effect yet' : undefined;
}
