import type { Expect, SimulationCase } from './case.ts';

const INGRESS = 'Ingress objects are not read yet';

const AUTOMATIC_ADDRESSES =
  'services without an address are not given one yet: proxies would need our names for them (NDS)';

/** Kinds of the case's objects that are not built yet. */
const KINDS: readonly { readonly kind: RegExp; readonly reason: string }[] = [
  { kind: /^kind: (Ingress|IngressClass)\s*$/m, reason: INGRESS },
];

/** Why a case cannot be asked yet, by what it is made of. */
export function skippedCase(test: SimulationCase): string | undefined {
  if (test.proxy.metadata?.['DNS_AUTO_ALLOCATE'] === true) return AUTOMATIC_ADDRESSES;
  const text = `${test.config ?? ''}\n${test.kubeConfig ?? ''}`;
  return KINDS.find(({ kind }) => kind.test(text))?.reason;
}

/** Results that say that Istio sends what a proxy refuses. */
export function skippedCall(expect: Expect): string | undefined {
  if (expect.error !== 'MultipleFilterChain') return undefined;
  return 'two chains with the same match are never sent: the later server is left out and reported';
}
