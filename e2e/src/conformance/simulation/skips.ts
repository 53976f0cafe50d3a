import type { Expect, SimulationCase } from './case.ts';

const INGRESS = 'Ingress objects are not read yet';

const AUTOMATIC_ADDRESSES =
  'asks for addresses by the hash that Istio used before its controller (PILOT_ENABLE_IP_AUTOALLOCATE=false): ours are by another';

/** Kinds of the case's objects that are not built yet. */
const KINDS: readonly { readonly kind: RegExp; readonly reason: string }[] = [
  { kind: /^kind: (Ingress|IngressClass)\s*$/m, reason: INGRESS },
];

/** Why a case cannot be asked yet, by what it is made of. */
export function skippedCase(test: SimulationCase): string | undefined {
  if (test.features?.['EnableIPAutoallocate'] === false && test.proxy.metadata?.['DNS_AUTO_ALLOCATE'] === true)
    return AUTOMATIC_ADDRESSES;
  const text = `${test.config ?? ''}\n${test.kubeConfig ?? ''}`;
  return KINDS.find(({ kind }) => kind.test(text))?.reason;
}

/** Results that say that Istio sends what a proxy refuses. */
export function skippedCall(expect: Expect): string | undefined {
  if (expect.error !== 'MultipleFilterChain') return undefined;
  return 'two chains with the same match are never sent: the later server is left out and reported';
}
