import { RoutingPriority } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import type {
  RedirectAction as RedirectMessage,
  RouteAction as RouteActionMessage,
  Route as RouteMessage,
} from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import {
  RouteAction_ClusterNotFoundResponseCode as NotFoundCode,
  RedirectAction_RedirectResponseCode as RedirectCode,
} from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import type { Issues } from '../decode/issues.ts';
import { durationMs, durationOr } from '../decode/scalars.ts';
import { sealOps } from '../format/header-ops.ts';
import type { RouteMatch } from '../match/route-match.ts';
import { compileRateLimits } from '../rate-limit/compile.ts';
import { compileRetryPolicy } from '../retry/compile-policy.ts';
import { compileClusterChoice, compileMetadataMatch } from './compile-clusters.ts';
import { compileHash, compileMirrors, compileUpgrades } from './compile-policies.ts';
import { compileHostRewrite, compilePathRewrite, compileSubstitution, prefixRewrite } from './compile-rewrite.ts';
import { type Levels, levelOps } from './levels.ts';
import type {
  DirectResponseAction,
  ForwardAction,
  GrpcTimeout,
  PathRewrite,
  RedirectAction,
  RouteAction,
} from './route.ts';

/** RouteAction.timeout: "If not specified, the default is 15s". */
const DEFAULT_TIMEOUT_MS = 15_000;

export function compileAction(
  message: RouteMessage,
  match: RouteMatch,
  at: string,
  levels: Levels,
  issues: Issues,
): RouteAction {
  const action = message.action;
  switch (action.case) {
    case 'route':
      return compileForward(action.value, match, `${at}.route`, levels, issues);
    case 'redirect':
      return compileRedirect(action.value, match, `${at}.redirect`, issues);
    case 'directResponse':
      return compileDirect(action.value, `${at}.direct_response`, levels, issues);
    case 'nonForwardingAction':
      return { kind: 'non-forwarding' };
    default:
      issues.error(
        at,
        'missing-field',
        'has no action',
        'one of route, redirect, direct_response, non_forwarding_action',
      );
      return { kind: 'non-forwarding' };
  }
}

function compileForward(
  message: RouteActionMessage,
  match: RouteMatch,
  at: string,
  levels: Levels,
  issues: Issues,
): ForwardAction {
  const mirrors =
    message.requestMirrorPolicies.length === 0
      ? levels.mirrors
      : { policies: message.requestMirrorPolicies, at: `${at}.request_mirror_policies` };
  return {
    kind: 'forward',
    clusters: compileClusterChoice(message, at, levels, issues),
    clusterNotFoundStatus: notFoundStatus(message.clusterNotFoundResponseCode),
    path: compilePathRewrite(message, match, at, issues),
    host: compileHostRewrite(message.hostRewriteSpecifier, at, issues),
    appendForwardedHost: message.appendXForwardedHost,
    timeoutMs: compileTimeout(message, at, issues),
    idleTimeoutMs: durationOr(message.idleTimeout, undefined, `${at}.idle_timeout`, issues),
    ...compileStreamLimits(message, at, issues),
    retry:
      message.retryPolicy === undefined
        ? levels.retry
        : compileRetryPolicy(message.retryPolicy, `${at}.retry_policy`, issues),
    mirrors: compileMirrors(mirrors.policies, mirrors.at, issues),
    hash: compileHash(message.hashPolicy, `${at}.hash_policy`, issues),
    priority: message.priority === RoutingPriority.HIGH ? 'high' : 'default',
    metadataMatch: compileMetadataMatch(message.metadataMatch),
    upgrades: compileUpgrades(message.upgradeConfigs, `${at}.upgrade_configs`, issues),
    requestHeaders: sealOps(levelOps(levels, 'request')),
    rateLimits: compileRateLimits(message.rateLimits, `${at}.rate_limits`, issues),
    includeVirtualHostRateLimits: message.includeVhRateLimits ?? false,
  };
}

/** Envoy's router sets no timer of its own where the route bounds the stream (router.cc, finalTimeout: usingNewTimeouts). */
function compileTimeout(message: RouteActionMessage, at: string, issues: Issues): number {
  const timeoutMs = durationOr(message.timeout, DEFAULT_TIMEOUT_MS, `${at}.timeout`, issues);
  return message.maxStreamDuration === undefined ? timeoutMs : 0;
}

function compileStreamLimits(
  message: RouteActionMessage,
  at: string,
  issues: Issues,
): {
  maxStreamDurationMs: number | undefined;
  grpcTimeout: GrpcTimeout | undefined;
  grpcStreamDuration: GrpcTimeout | undefined;
} {
  const limits = message.maxStreamDuration;
  const where = `${at}.max_stream_duration`;
  const max = limits?.grpcTimeoutHeaderMax;
  return {
    maxStreamDurationMs: durationOr(limits?.maxStreamDuration, undefined, `${where}.max_stream_duration`, issues),
    grpcTimeout:
      message.maxGrpcTimeout === undefined || limits !== undefined
        ? undefined
        : {
            maxMs: durationMs(message.maxGrpcTimeout, `${at}.max_grpc_timeout`, issues),
            offsetMs: durationOr(message.grpcTimeoutOffset, 0, `${at}.grpc_timeout_offset`, issues),
          },
    grpcStreamDuration:
      max === undefined
        ? undefined
        : {
            maxMs: durationMs(max, `${where}.grpc_timeout_header_max`, issues),
            offsetMs: durationOr(limits?.grpcTimeoutHeaderOffset, 0, `${where}.grpc_timeout_header_offset`, issues),
          },
  };
}

function notFoundStatus(code: NotFoundCode): number {
  switch (code) {
    case NotFoundCode.NOT_FOUND:
      return 404;
    case NotFoundCode.INTERNAL_SERVER_ERROR:
      return 500;
    default:
      return 503;
  }
}

const REDIRECT_STATUS: Readonly<Record<RedirectCode, number>> = {
  [RedirectCode.MOVED_PERMANENTLY]: 301,
  [RedirectCode.FOUND]: 302,
  [RedirectCode.SEE_OTHER]: 303,
  [RedirectCode.TEMPORARY_REDIRECT]: 307,
  [RedirectCode.PERMANENT_REDIRECT]: 308,
};

function compileRedirect(message: RedirectMessage, match: RouteMatch, at: string, issues: Issues): RedirectAction {
  const scheme = message.schemeRewriteSpecifier;
  if (message.portRedirect > 65_535)
    issues.error(`${at}.port_redirect`, 'invalid-value', `is ${message.portRedirect}`, '1 to 65535');
  return {
    kind: 'redirect',
    status: REDIRECT_STATUS[message.responseCode] ?? 301,
    httpsRedirect: scheme.case === 'httpsRedirect' && scheme.value,
    scheme: scheme.case === 'schemeRedirect' && scheme.value !== '' ? scheme.value : undefined,
    host: message.hostRedirect === '' ? undefined : message.hostRedirect,
    port: message.portRedirect === 0 ? undefined : message.portRedirect,
    path: redirectPath(message, match, at, issues),
    stripQuery: message.stripQuery,
  };
}

function redirectPath(message: RedirectMessage, match: RouteMatch, at: string, issues: Issues): PathRewrite {
  const form = message.pathRewriteSpecifier;
  switch (form.case) {
    case 'pathRedirect':
      return form.value === ''
        ? { kind: 'none' }
        : { kind: 'full', path: form.value, hasQuery: form.value.includes('?') };
    case 'prefixRewrite':
      return form.value === '' ? { kind: 'none' } : prefixRewrite(match, form.value);
    case 'regexRewrite':
      return { kind: 'regex', ...compileSubstitution(form.value, `${at}.regex_rewrite`, issues) };
    default:
      return { kind: 'none' };
  }
}

function compileDirect(
  message: Extract<RouteMessage['action'], { case: 'directResponse' }>['value'],
  at: string,
  levels: Levels,
  issues: Issues,
): DirectResponseAction {
  if (message.status < 200 || message.status > 599) {
    issues.error(`${at}.status`, 'invalid-value', `is ${message.status}`, '200 to 599');
  }
  const form = message.body?.specifier;
  const body =
    form?.case === 'inlineBytes'
      ? form.value
      : form?.case === 'inlineString'
        ? new TextEncoder().encode(form.value)
        : undefined;
  if (body !== undefined && body.length > levels.maxBodyBytes) {
    const limit = 'max_direct_response_body_size_bytes';
    issues.error(
      `${at}.body`,
      'invalid-value',
      `has ${body.length} bytes`,
      `at most ${levels.maxBodyBytes} (${limit})`,
    );
  }
  return { kind: 'direct-response', status: message.status, body };
}
