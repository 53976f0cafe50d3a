import type { Duration } from '@bufbuild/protobuf/wkt';
import type { Metadata } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import type { FractionalPercent } from '@weft/xds/gen/envoy/type/v3/percent_pb';
import { FractionalPercent_DenominatorType } from '@weft/xds/gen/envoy/type/v3/percent_pb';
import type { Fraction } from '../match/fraction.ts';
import type { MetadataMatch, MetadataValue } from '../route/route.ts';
import type { Issues } from './issues.ts';
import type { Origin } from './origin.ts';

/** Milliseconds, with fractions, of a proto Duration; negative ones are refused. */
export function durationMs(duration: Duration, at: string, issues: Issues): number {
  const ms = Number(duration.seconds) * 1000 + duration.nanos / 1_000_000;
  if (ms < 0) issues.error(at, 'invalid-value', `a duration of ${ms} ms is negative`, 'zero or more');
  return ms;
}

export function durationOr<T>(duration: Duration | undefined, or: T, at: string, issues: Issues): number | T {
  return duration === undefined ? or : durationMs(duration, at, issues);
}

export function fraction(percent: FractionalPercent): Fraction {
  switch (percent.denominator) {
    case FractionalPercent_DenominatorType.MILLION:
      return { numerator: percent.numerator, denominator: 1_000_000 };
    case FractionalPercent_DenominatorType.TEN_THOUSAND:
      return { numerator: percent.numerator, denominator: 10_000 };
    default:
      return { numerator: percent.numerator, denominator: 100 };
  }
}

const NO_METADATA: MetadataValue = Object.freeze({});

export function metadataValue(metadata: Metadata | undefined): MetadataValue {
  return metadata === undefined ? NO_METADATA : metadata.filterMetadata;
}

/** The `weft` filter metadata that names the configuration object a resource came from. */
export function originOf(metadata: Metadata | undefined): Origin | undefined {
  const weft = metadata?.filterMetadata['weft'];
  const resource = weft?.['resource'];
  if (typeof resource !== 'string') return undefined;
  const path = weft?.['path'];
  const file = weft?.['file'];
  const line = weft?.['line'];
  return {
    resource,
    path: typeof path === 'string' ? path : '',
    file: typeof file === 'string' ? file : undefined,
    line: typeof line === 'number' ? line : undefined,
  };
}

/** JSON with its keys sorted, so that equal values are equal texts. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}

/** A JSON object as sorted pairs of key and canonical text, to compare with others. */
export function metadataPairs(object: Readonly<Record<string, unknown>>): MetadataMatch {
  return Object.keys(object)
    .sort()
    .map((key) => [key, canonicalJson(object[key])] as const);
}
