import type { Resource } from '@weft/config';
import { GATEWAY_GROUP } from './names.ts';

/** What refers, or is referred to. */
export interface Referent {
  /** Empty for Kubernetes' core group. */
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
}

/** Who may refer to objects of other namespaces (https://gateway-api.sigs.k8s.io/api-types/referencegrant/). */
export class Grants {
  readonly #byNamespace: ReadonlyMap<string, readonly Resource<'ReferenceGrant'>[]>;

  constructor(grants: readonly Resource<'ReferenceGrant'>[]) {
    this.#byNamespace = Map.groupBy(grants, ({ metadata }) => metadata.namespace);
  }

  /** Objects of one namespace may always refer to each other. */
  allows(from: Referent, to: Referent, name: string): boolean {
    if (from.namespace === to.namespace) return true;
    return (this.#byNamespace.get(to.namespace) ?? []).some(
      ({ spec }) =>
        (spec.from ?? []).some(
          (each) => each.namespace === from.namespace && each.kind === from.kind && (each.group ?? '') === from.group,
        ) &&
        (spec.to ?? []).some(
          (each) =>
            each.kind === to.kind && (each.group ?? '') === to.group && (each.name === undefined || each.name === name),
        ),
    );
  }
}

/** A kind of the Gateway API in a namespace, as what refers. */
export function gatewayApiReferent(kind: string, namespace: string): Referent {
  return { group: GATEWAY_GROUP, kind, namespace };
}
