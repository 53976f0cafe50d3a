import type { CidrRange } from '@weft/xds/gen/envoy/config/core/v3/address_pb';
import type { FilterChainMatch as FilterChainMatchMessage } from '@weft/xds/gen/envoy/config/listener/v3/listener_components_pb';
import { FilterChainMatch_ConnectionSourceType as SourceType } from '@weft/xds/gen/envoy/config/listener/v3/listener_components_pb';
import type { Issues } from '../decode/issues.ts';
import { type IpRange, parseRange } from '../endpoint/ip.ts';
import type { FilterChainMatch } from './listener.ts';

const ANYTHING: FilterChainMatch = {
  destinationPort: undefined,
  destinationRanges: [],
  serverNames: [],
  transportProtocol: '',
  applicationProtocols: [],
  directSourceRanges: [],
  sourceType: 'any',
  sourceRanges: [],
  sourcePorts: [],
};

export function compileChainMatch(
  message: FilterChainMatchMessage | undefined,
  at: string,
  issues: Issues,
): FilterChainMatch {
  if (message === undefined) return ANYTHING;
  message.serverNames.forEach((name, i) => {
    if (name.indexOf('*', 1) >= 0 || (name.startsWith('*') && !name.startsWith('*.')) || name === '') {
      issues.error(`${at}.server_names[${i}]`, 'invalid-value', `\`${name}\``, 'a host name or `*.suffix`');
    }
  });
  return {
    destinationPort: message.destinationPort,
    destinationRanges: ranges(message.prefixRanges, `${at}.prefix_ranges`, issues),
    serverNames: message.serverNames.map((name) => name.toLowerCase()),
    transportProtocol: message.transportProtocol,
    applicationProtocols: message.applicationProtocols,
    directSourceRanges: ranges(message.directSourcePrefixRanges, `${at}.direct_source_prefix_ranges`, issues),
    sourceType: sourceType(message.sourceType),
    sourceRanges: ranges(message.sourcePrefixRanges, `${at}.source_prefix_ranges`, issues),
    sourcePorts: message.sourcePorts,
  };
}

function sourceType(type: SourceType): FilterChainMatch['sourceType'] {
  if (type === SourceType.SAME_IP_OR_LOOPBACK) return 'same-ip-or-loopback';
  return type === SourceType.EXTERNAL ? 'external' : 'any';
}

function ranges(messages: readonly CidrRange[], at: string, issues: Issues): readonly IpRange[] {
  return messages.flatMap((message, i) => {
    const range = parseRange(message.addressPrefix, message.prefixLen ?? 0);
    if (range !== undefined) return [range];
    issues.error(
      `${at}[${i}]`,
      'invalid-value',
      `\`${message.addressPrefix}/${message.prefixLen ?? 0}\` is no CIDR range`,
    );
    return [];
  });
}

/** Every single combination that `match` accepts, as texts: two chains that share one could not be told apart. */
export function combinations(match: FilterChainMatch): readonly string[] {
  const lists: readonly (readonly string[])[] = [
    [String(match.destinationPort ?? '')],
    orAny(match.destinationRanges.map((range) => range.text)),
    orAny(match.serverNames),
    [match.transportProtocol],
    orAny(match.applicationProtocols),
    orAny(match.directSourceRanges.map((range) => range.text)),
    [match.sourceType],
    orAny(match.sourceRanges.map((range) => range.text)),
    orAny(match.sourcePorts.map(String)),
  ];
  let all: string[] = [''];
  for (const list of lists) all = all.flatMap((before) => list.map((item) => `${before}|${item}`));
  return all;
}

function orAny(list: readonly string[]): readonly string[] {
  return list.length === 0 ? [''] : list;
}
