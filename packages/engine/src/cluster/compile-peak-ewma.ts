import { fromBinary } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import { TypedStructSchema } from '@weft/xds/gen/udpa/type/v1/typed_struct_pb';
import type { Issues } from '../decode/issues.ts';
import type { LbConfig } from './lb-config.ts';

/** Envoy's contrib policy. Its proto is in no published package of ours, so it is read in its JSON form. */
const PEAK_EWMA = 'envoy.extensions.load_balancing_policies.peak_ewma.v3alpha.PeakEwma';

// The documented defaults of Envoy's policy.
const DEFAULT_DECAY_MS = 10_000;
const DEFAULT_RTT_MS = 10;

const READ: ReadonlySet<string> = new Set(['decay_time', 'default_rtt', 'locality_lb_config']);
/** How threads of Envoy share samples: here each observation counts at once. */
const HARMLESS: ReadonlySet<string> = new Set(['aggregation_interval', 'max_samples_per_host']);

/**
 * The policy inside a `udpa.type.v1.TypedStruct` that holds a PeakEwma; undefined when it holds something else. `locality_lb_config`, as
 * other policies' messages have it, is an addition of ours: Envoy's balances over all localities as one.
 */
export function peakEwmaOf(any: Any, at: string, issues: Issues): Pick<LbConfig, 'policy' | 'locality'> | undefined {
  if (!any.typeUrl.endsWith(`/${TypedStructSchema.typeName}`)) return undefined;
  const struct = fromBinary(TypedStructSchema, any.value);
  if (struct.typeUrl.slice(struct.typeUrl.lastIndexOf('/') + 1) !== PEAK_EWMA) return undefined;
  const value = struct.value ?? {};
  for (const key of Object.keys(value)) {
    if (READ.has(key) || HARMLESS.has(key)) continue;
    issues.error(`${at}.value.${key}`, 'unsupported-field', 'is not supported', [...READ].join(', '));
  }
  const halfLifeMs = milliseconds(value['decay_time'], DEFAULT_DECAY_MS, `${at}.value.decay_time`, issues);
  const defaultRttMs = milliseconds(value['default_rtt'], DEFAULT_RTT_MS, `${at}.value.default_rtt`, issues);
  return {
    // Envoy's is the time after which an observation weighs half.
    policy: { kind: 'peak-ewma', decayMs: halfLifeMs / Math.LN2, defaultRttMs },
    locality: localityOf(value['locality_lb_config'], `${at}.value.locality_lb_config`, issues),
  };
}

function localityOf(said: unknown, at: string, issues: Issues): LbConfig['locality'] {
  if (said === undefined) return 'none';
  if (JSON.stringify(said) !== '{"locality_weighted_lb_config":{}}')
    issues.error(at, 'unsupported-field', `is ${JSON.stringify(said)}`, '{"locality_weighted_lb_config":{}}');
  return 'weighted';
}

/** A Duration in its JSON form: seconds and an `s`. */
function milliseconds(said: unknown, or: number, at: string, issues: Issues): number {
  if (said === undefined) return or;
  const seconds = typeof said === 'string' && /^\d+(?:\.\d{1,9})?s$/.test(said) ? Number(said.slice(0, -1)) : 0;
  if (seconds > 0) return seconds * 1000;
  issues.error(at, 'invalid-value', `is ${JSON.stringify(said)}`, 'a duration of more than 0s, such as 10s');
  return or;
}
