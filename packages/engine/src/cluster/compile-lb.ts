import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import type { Any, Duration } from '@bufbuild/protobuf/wkt';
import type {
  Cluster_LbSubsetConfig,
  Cluster as ClusterMessage,
} from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import {
  Cluster_LbSubsetConfig_LbSubsetFallbackPolicy as FallbackEnum,
  Cluster_RingHashLbConfig_HashFunction as HashFunction,
  Cluster_LbPolicy as LbPolicyEnum,
  Cluster_LbSubsetConfig_LbSubsetSelector_LbSubsetSelectorFallbackPolicy as SelectorFallback,
} from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { LeastRequestSchema } from '@weft/xds/gen/envoy/extensions/load_balancing_policies/least_request/v3/least_request_pb';
import { MaglevSchema } from '@weft/xds/gen/envoy/extensions/load_balancing_policies/maglev/v3/maglev_pb';
import { RandomSchema } from '@weft/xds/gen/envoy/extensions/load_balancing_policies/random/v3/random_pb';
import {
  RingHash_HashFunction,
  RingHashSchema,
} from '@weft/xds/gen/envoy/extensions/load_balancing_policies/ring_hash/v3/ring_hash_pb';
import { RoundRobinSchema } from '@weft/xds/gen/envoy/extensions/load_balancing_policies/round_robin/v3/round_robin_pb';
import type { Percent } from '@weft/xds/gen/envoy/type/v3/percent_pb';
import type { Issues } from '../decode/issues.ts';
import { durationMs, metadataPairs } from '../decode/scalars.ts';
import { checkFields } from '../decode/supported-fields.ts';
import { peakEwmaOf } from './compile-peak-ewma.ts';
import type { LbConfig, LbPolicy, SlowStart, SubsetConfig } from './lb-config.ts';
import { CLUSTER_MESSAGES } from './supported.ts';

// Cluster.CommonLbConfig and the LB config messages: Envoy's defaults.
const DEFAULT_PANIC_PERCENT = 50;
const DEFAULT_CHOICES = 2;
const DEFAULT_MIN_RING = 1024;
const MAX_RING = 8_388_608;
const DEFAULT_TABLE = 65_537;
const MAX_TABLE = 5_000_011;
const DEFAULT_MIN_WEIGHT_PERCENT = 10;
const DEFAULT_ZONE_CLUSTER_SIZE = 6;

type LocalityLb = Pick<LbConfig, 'locality' | 'zoneAware'>;
const NO_LOCALITY: LocalityLb = {
  locality: 'none',
  zoneAware: { routingPercent: 100, minClusterSize: DEFAULT_ZONE_CLUSTER_SIZE, failOnPanic: false },
};

export function compileLb(message: ClusterMessage, issues: Issues): LbConfig {
  const common = message.commonLbConfig;
  const hashHostname = common?.consistentHashingLbConfig?.useHostnameForHashing ?? false;
  const chosen =
    message.loadBalancingPolicy === undefined
      ? { policy: enumPolicy(message, hashHostname, issues), ...localityLb(common?.localityConfigSpecifier) }
      : extensionPolicy(message, hashHostname, issues);
  return {
    ...chosen,
    panicThreshold: common?.healthyPanicThreshold?.value ?? DEFAULT_PANIC_PERCENT,
    subsets: message.lbSubsetConfig === undefined ? undefined : subsets(message.lbSubsetConfig),
    closeConnectionsOnHostSetChange: common?.closeConnectionsOnHostSetChange ?? false,
  };
}

interface ZoneAwareMessage {
  readonly routingEnabled?: Percent | undefined;
  readonly minClusterSize?: bigint | undefined;
  readonly failTrafficOnPanic: boolean;
}

function localityLb(
  form:
    | { readonly case: 'zoneAwareLbConfig'; readonly value: ZoneAwareMessage }
    | { readonly case: 'localityWeightedLbConfig' }
    | { readonly case: undefined }
    | undefined,
): LocalityLb {
  if (form?.case === 'localityWeightedLbConfig') return { ...NO_LOCALITY, locality: 'weighted' };
  if (form?.case !== 'zoneAwareLbConfig') return NO_LOCALITY;
  return {
    locality: 'zone-aware',
    zoneAware: {
      routingPercent: form.value.routingEnabled?.value ?? 100,
      minClusterSize: Number(form.value.minClusterSize ?? BigInt(DEFAULT_ZONE_CLUSTER_SIZE)),
      failOnPanic: form.value.failTrafficOnPanic,
    },
  };
}

function enumPolicy(message: ClusterMessage, hashHostname: boolean, issues: Issues): LbPolicy {
  const { lbConfig } = message;
  switch (message.lbPolicy) {
    case LbPolicyEnum.ROUND_ROBIN: {
      const config = lbConfig.case === 'roundRobinLbConfig' ? lbConfig.value : undefined;
      return { kind: 'round-robin', slowStart: slowStart(config?.slowStartConfig, 'round_robin_lb_config', issues) };
    }
    case LbPolicyEnum.LEAST_REQUEST:
      return leastRequest(
        lbConfig.case === 'leastRequestLbConfig' ? lbConfig.value : undefined,
        'least_request_lb_config',
        issues,
      );
    case LbPolicyEnum.RING_HASH: {
      const config = lbConfig.case === 'ringHashLbConfig' ? lbConfig.value : undefined;
      const hash = config?.hashFunction === HashFunction.MURMUR_HASH_2 ? 'murmur2' : 'xx';
      return ringHash(config, hash, hashHostname, 'ring_hash_lb_config', issues);
    }
    case LbPolicyEnum.RANDOM:
      return { kind: 'random' };
    case LbPolicyEnum.MAGLEV:
      return maglev(
        lbConfig.case === 'maglevLbConfig' ? lbConfig.value.tableSize : undefined,
        hashHostname,
        'maglev_lb_config',
        issues,
      );
    case LbPolicyEnum.CLUSTER_PROVIDED:
      return { kind: 'cluster-provided' };
    default:
      issues.error('lb_policy', 'missing-field', 'needs load_balancing_policy', 'load_balancing_policy');
      return { kind: 'random' };
  }
}

interface SlowStartMessage {
  readonly slowStartWindow?: Duration | undefined;
  readonly aggression?: { readonly defaultValue: number } | undefined;
  readonly minWeightPercent?: Percent | undefined;
}

function slowStart(message: SlowStartMessage | undefined, at: string, issues: Issues): SlowStart | undefined {
  if (message?.slowStartWindow === undefined) return undefined;
  const aggression = message.aggression?.defaultValue ?? 1;
  if (aggression <= 0)
    issues.error(`${at}.slow_start_config.aggression`, 'invalid-value', `is ${aggression}`, 'more than 0');
  return {
    windowMs: durationMs(message.slowStartWindow, `${at}.slow_start_config.slow_start_window`, issues),
    aggression,
    minWeightPercent: message.minWeightPercent?.value ?? DEFAULT_MIN_WEIGHT_PERCENT,
  };
}

interface LeastRequestMessage {
  readonly choiceCount?: number | undefined;
  readonly activeRequestBias?: { readonly defaultValue: number } | undefined;
  readonly slowStartConfig?: SlowStartMessage | undefined;
}

function leastRequest(message: LeastRequestMessage | undefined, at: string, issues: Issues): LbPolicy {
  const choices = message?.choiceCount ?? DEFAULT_CHOICES;
  const activeBias = message?.activeRequestBias?.defaultValue ?? 1;
  if (choices < 2) issues.error(`${at}.choice_count`, 'invalid-value', `is ${choices}`, 'at least 2');
  if (activeBias < 0) issues.error(`${at}.active_request_bias`, 'invalid-value', `is ${activeBias}`, 'zero or more');
  return { kind: 'least-request', choices, activeBias, slowStart: slowStart(message?.slowStartConfig, at, issues) };
}

interface RingMessage {
  readonly minimumRingSize?: bigint | undefined;
  readonly maximumRingSize?: bigint | undefined;
}

function ringHash(
  message: RingMessage | undefined,
  hash: 'xx' | 'murmur2',
  hashHostname: boolean,
  at: string,
  issues: Issues,
): LbPolicy {
  const minimumRingSize = Number(message?.minimumRingSize ?? BigInt(DEFAULT_MIN_RING));
  const maximumRingSize = Number(message?.maximumRingSize ?? BigInt(MAX_RING));
  if (minimumRingSize > maximumRingSize || maximumRingSize > MAX_RING) {
    issues.error(
      `${at}.minimum_ring_size`,
      'invalid-value',
      `${minimumRingSize} to ${maximumRingSize}`,
      `a range up to ${MAX_RING}`,
    );
  }
  return { kind: 'ring-hash', minimumRingSize, maximumRingSize, hash, hashHostname };
}

function maglev(size: bigint | undefined, hashHostname: boolean, at: string, issues: Issues): LbPolicy {
  const tableSize = Number(size ?? BigInt(DEFAULT_TABLE));
  if (tableSize > MAX_TABLE || !isPrime(tableSize)) {
    issues.error(`${at}.table_size`, 'invalid-value', `is ${tableSize}`, `a prime number up to ${MAX_TABLE}`);
  }
  return { kind: 'maglev', tableSize, hashHostname };
}

function isPrime(n: number): boolean {
  if (n < 2) return false;
  for (let i = 2; i * i <= n; i++) if (n % i === 0) return false;
  return true;
}

/** The first policy of `load_balancing_policy` that is known here, as Envoy takes the first that it knows. */
function extensionPolicy(
  message: ClusterMessage,
  hashHostname: boolean,
  issues: Issues,
): { policy: LbPolicy } & LocalityLb {
  const policies = message.loadBalancingPolicy?.policies ?? [];
  for (const [i, entry] of policies.entries()) {
    const any = entry.typedExtensionConfig?.typedConfig;
    if (any === undefined) continue;
    const at = `load_balancing_policy.policies[${i}].typed_extension_config.typed_config`;
    const compiled = knownExtension(any, hashHostname, at, issues);
    if (compiled !== undefined) return compiled;
    const peak = peakEwmaOf(any, at, issues);
    if (peak !== undefined) return { ...NO_LOCALITY, ...peak };
  }
  const urls = policies.map((entry) => entry.typedExtensionConfig?.typedConfig?.typeUrl ?? '').join(', ');
  issues.error('load_balancing_policy', 'unsupported-field', `none of its policies is supported: ${urls}`);
  return { policy: { kind: 'random' }, ...NO_LOCALITY };
}

function knownExtension(
  any: Any,
  hashHostname: boolean,
  at: string,
  issues: Issues,
): ({ policy: LbPolicy } & LocalityLb) | undefined {
  const open = <Desc extends DescMessage>(schema: Desc): MessageShape<Desc> => {
    const config = fromBinary(schema, any.value);
    checkFields(schema, config, at, CLUSTER_MESSAGES, issues);
    return config;
  };
  const weighted = (message: object | undefined): LocalityLb =>
    message === undefined ? NO_LOCALITY : { ...NO_LOCALITY, locality: 'weighted' };
  switch (any.typeUrl.slice(any.typeUrl.lastIndexOf('/') + 1)) {
    case RoundRobinSchema.typeName: {
      const config = open(RoundRobinSchema);
      const policy: LbPolicy = { kind: 'round-robin', slowStart: slowStart(config.slowStartConfig, at, issues) };
      return { policy, ...localityLb(config.localityLbConfig?.localityConfigSpecifier) };
    }
    case LeastRequestSchema.typeName: {
      const config = open(LeastRequestSchema);
      return {
        policy: leastRequest(config, at, issues),
        ...localityLb(config.localityLbConfig?.localityConfigSpecifier),
      };
    }
    case RandomSchema.typeName:
      return {
        policy: { kind: 'random' },
        ...localityLb(open(RandomSchema).localityLbConfig?.localityConfigSpecifier),
      };
    case RingHashSchema.typeName: {
      const config = open(RingHashSchema);
      const hash = config.hashFunction === RingHash_HashFunction.MURMUR_HASH_2 ? 'murmur2' : 'xx';
      const byName =
        hashHostname ||
        config.useHostnameForHashing ||
        (config.consistentHashingLbConfig?.useHostnameForHashing ?? false);
      return { policy: ringHash(config, hash, byName, at, issues), ...weighted(config.localityWeightedLbConfig) };
    }
    case MaglevSchema.typeName: {
      const config = open(MaglevSchema);
      const byName = hashHostname || (config.consistentHashingLbConfig?.useHostnameForHashing ?? false);
      return { policy: maglev(config.tableSize, byName, at, issues), ...weighted(config.localityWeightedLbConfig) };
    }
    default:
      return undefined;
  }
}

function subsets(message: Cluster_LbSubsetConfig): SubsetConfig {
  const fallbacks = {
    [FallbackEnum.NO_FALLBACK]: 'none',
    [FallbackEnum.ANY_ENDPOINT]: 'any',
    [FallbackEnum.DEFAULT_SUBSET]: 'default',
  } as const;
  const selectorFallbacks = {
    [SelectorFallback.NOT_DEFINED]: undefined,
    [SelectorFallback.NO_FALLBACK]: 'none',
    [SelectorFallback.ANY_ENDPOINT]: 'any',
    [SelectorFallback.DEFAULT_SUBSET]: 'default',
    [SelectorFallback.KEYS_SUBSET]: 'keys',
  } as const;
  return {
    fallback: fallbacks[message.fallbackPolicy] ?? 'none',
    defaultSubset: metadataPairs(message.defaultSubset ?? {}),
    selectors: message.subsetSelectors.map((selector) => ({
      keys: [...selector.keys].sort(),
      singleHost: selector.singleHostPerSubset,
      fallback: selectorFallbacks[selector.fallbackPolicy],
      fallbackKeys: [...selector.fallbackKeysSubset].sort(),
    })),
    panicAny: message.panicModeAny,
    listAsAny: message.listAsAny,
  };
}
