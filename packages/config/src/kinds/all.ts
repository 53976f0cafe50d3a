import { GATEWAY_API_KINDS } from './gateway-api-kinds.ts';
import { ISTIO_KINDS } from './istio-kinds.ts';
import type { KindRow } from './kind.ts';
import { KUBERNETES_KINDS } from './kubernetes-kinds.ts';

/** Every kind that is read. */
export const KINDS: readonly KindRow[] = [...ISTIO_KINDS, ...GATEWAY_API_KINDS, ...KUBERNETES_KINDS];
