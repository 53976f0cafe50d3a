import { fraction } from '@weft/engine';
import type { RuntimeFilter } from '@weft/xds/gen/envoy/config/accesslog/v3/accesslog_pb';
import { headerOf } from './header-of.ts';
import type { FilterCompiling, RecordFilter } from './record-filter.ts';

/**
 * A share of requests. All proxies that see the same `x-request-id` choose alike: its first eight hexadecimal digits decide, as in Envoy,
 * unless independent randomness is asked for.
 */
export function sampled(filter: RuntimeFilter, { random }: FilterCompiling): RecordFilter {
  const { percentSampled, useIndependentRandomness } = filter;
  const { numerator, denominator } =
    percentSampled === undefined ? { numerator: 0, denominator: 100 } : fraction(percentSampled);
  return (record) => {
    const id = useIndependentRandomness ? undefined : headerOf(record.requestHeaders, 'x-request-id');
    const digits = id === undefined ? undefined : /^[0-9a-fA-F]{8}-/.exec(id);
    const drawn =
      digits === undefined || digits === null
        ? random.below(denominator)
        : Number.parseInt(digits[0], 16) % denominator;
    return drawn < numerator;
  };
}
