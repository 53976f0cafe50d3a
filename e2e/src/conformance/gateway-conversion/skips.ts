/** Kinds that are experiments of the Gateway API, which change with every release. */
const EXPERIMENTAL = /^apiVersion: gateway\.networking\.x-k8s\.io\//m;
const INFERENCE = /^apiVersion: inference\.networking\./m;
const BACKEND_TLS = /^kind: BackendTLSPolicy\s*$/m;

/** Why a case cannot be asked yet, by what it is made of. */
export function skippedCase({ input }: { readonly input: string }): string | undefined {
  if (EXPERIMENTAL.test(input)) return 'experimental kinds (XBackend, XBackendTrafficPolicy) are not read';
  if (INFERENCE.test(input)) return 'kinds of the inference extension are not read';
  return BACKEND_TLS.test(input) ? 'BackendTLSPolicy has no effect yet' : undefined;
}
