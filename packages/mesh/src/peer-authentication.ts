import type { Resource } from '@weft/config';
import { resourcesOf } from '@weft/config';
import { selects } from './labels.ts';
import type { Node } from './node.ts';
import { byCreation, refOf } from './object-ref.ts';

/** Whether peers may, must or cannot come with mutual TLS. */
export type MutualTlsMode = 'disable' | 'permissive' | 'strict';

/** What a workload demands of its peers: of all of them, and on single ports of its own. */
export interface MutualTlsModes {
  readonly mode: MutualTlsMode;
  readonly ports: ReadonlyMap<number, MutualTlsMode>;
}

type Policy = Resource<'PeerAuthentication'>;
type Said = Policy['spec']['mtls'];

/**
 * The PeerAuthentication of every level, oldest first (security/v1beta1/peer_authentication.proto; authn/policy_applier.go,
 * ComposePeerAuthentication): the mesh's, overridden by the namespace's, overridden by the one that selects the workload. Each level
 * counts one policy, the oldest; ports can only be told apart by a workload's own.
 */
export class PeerAuthentications {
  readonly #rootNamespace: string;
  readonly #byNamespace: ReadonlyMap<string, readonly Policy[]>;

  constructor(resources: readonly Resource[], rootNamespace: string) {
    this.#rootNamespace = rootNamespace;
    const policies = resourcesOf(resources, 'PeerAuthentication').sort((a, b) => byCreation(refOf(a), refOf(b)));
    this.#byNamespace = Map.groupBy(policies, (policy) => policy.metadata.namespace);
  }

  modesOf({ namespace, labels }: Pick<Node, 'namespace' | 'labels'>): MutualTlsModes {
    const own = this.#byNamespace.get(namespace) ?? [];
    const workload =
      namespace === this.#rootNamespace
        ? undefined
        : own.find((policy) => !isForEverybody(policy) && selects(policy.spec.selector?.matchLabels ?? {}, labels));
    const mode = modeOf(workload?.spec.mtls, this.modeIn(namespace));
    const ports = Object.entries(workload?.spec.portLevelMtls ?? {});
    return { mode, ports: new Map(ports.map(([port, said]) => [Number(port), modeOf(said, mode)])) };
  }

  /** What is demanded of the peers of a namespace's workloads, as long as none has a policy of its own. */
  modeIn(namespace: string): MutualTlsMode {
    const root = this.#byNamespace.get(this.#rootNamespace) ?? [];
    const own = namespace === this.#rootNamespace ? [] : (this.#byNamespace.get(namespace) ?? []);
    return modeOf(own.find(isForEverybody)?.spec.mtls, modeOf(root.find(isForEverybody)?.spec.mtls, 'permissive'));
  }
}

function isForEverybody({ spec }: Policy): boolean {
  return Object.keys(spec.selector?.matchLabels ?? {}).length === 0;
}

function modeOf(said: Said, inherited: MutualTlsMode): MutualTlsMode {
  switch (said?.mode) {
    case 'DISABLE':
      return 'disable';
    case 'PERMISSIVE':
      return 'permissive';
    case 'STRICT':
      return 'strict';
    default:
      return inherited;
  }
}
