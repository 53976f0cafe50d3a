import type { RateLimit, RateLimit_Action } from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import { RateLimit_Action_MetaData_Source as Source } from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import type { Issues } from '../decode/issues.ts';
import { compileHeaderMatch } from '../match/header-match.ts';
import { compileQueryMatch } from '../match/query-match.ts';
import type { RateLimitAction, RateLimitRule } from './rate-limit.ts';

const MAX_STAGE = 10;

type MetadataAction = Extract<RateLimit_Action['actionSpecifier'], { case: 'metadata' }>['value'];

/** `rate_limits` of a route or virtual host (route.v3.RateLimit); fields were checked before. */
export function compileRateLimits(
  messages: readonly RateLimit[],
  at: string,
  issues: Issues,
): readonly RateLimitRule[] {
  return messages.map((message, i) => {
    const where = `${at}[${i}]`;
    const stage = message.stage ?? 0;
    if (stage > MAX_STAGE) issues.error(`${where}.stage`, 'invalid-value', `is ${stage}`, `0 to ${MAX_STAGE}`);
    if (message.actions.length === 0)
      issues.error(`${where}.actions`, 'missing-field', 'is empty', 'at least one action');
    return {
      stage,
      actions: message.actions.map((action, j) => compileAction(action, `${where}.actions[${j}]`, issues)),
    };
  });
}

function compileAction(message: RateLimit_Action, at: string, issues: Issues): RateLimitAction {
  const action = message.actionSpecifier;
  switch (action.case) {
    case 'sourceCluster':
      return { kind: 'source-cluster' };
    case 'destinationCluster':
      return { kind: 'destination-cluster' };
    case 'remoteAddress':
      return { kind: 'remote-address' };
    case 'requestHeaders': {
      const { headerName, descriptorKey, skipIfAbsent } = action.value;
      return { kind: 'header', name: headerName.toLowerCase(), key: descriptorKey, skipIfAbsent };
    }
    case 'genericKey':
      return { kind: 'generic', key: action.value.descriptorKey || 'generic_key', value: action.value.descriptorValue };
    case 'headerValueMatch':
      return {
        kind: 'header-match',
        key: action.value.descriptorKey || 'header_match',
        value: action.value.descriptorValue,
        expect: action.value.expectMatch ?? true,
        headers: action.value.headers.map((matcher, i) =>
          compileHeaderMatch(matcher, `${at}.header_value_match.headers[${i}]`, issues),
        ),
      };
    case 'queryParameterValueMatch':
      return {
        kind: 'query-match',
        key: action.value.descriptorKey || 'query_match',
        value: action.value.descriptorValue,
        expect: action.value.expectMatch ?? true,
        parameters: action.value.queryParameters.map((matcher, i) =>
          compileQueryMatch(matcher, `${at}.query_parameter_value_match.query_parameters[${i}]`, issues),
        ),
      };
    case 'metadata':
      return compileMetadata(action.value, `${at}.metadata`, issues);
    default:
      // The kinds that are not here are reported by the check of fields.
      if (action.case === undefined) issues.error(at, 'missing-field', 'says nothing', 'an action such as generic_key');
      return { kind: 'generic', key: '', value: '' };
  }
}

function compileMetadata(message: MetadataAction, at: string, issues: Issues): RateLimitAction {
  if (message.source !== Source.ROUTE_ENTRY) {
    issues.error(
      `${at}.source`,
      'unsupported-value',
      'descriptors are made of the metadata of the route',
      'ROUTE_ENTRY',
    );
  }
  const path = (message.metadataKey?.path ?? []).flatMap(({ segment }) =>
    segment.case === 'key' ? [segment.value] : [],
  );
  return {
    kind: 'route-metadata',
    key: message.descriptorKey,
    filter: message.metadataKey?.key ?? '',
    path,
    orElse: message.defaultValue,
    skipIfAbsent: message.skipIfAbsent,
  };
}
