/** HttpConnectionManager → HttpOptions, with Envoy's defaults where they are safe. */
import { durationOr, type IpRange, type Issues, parseRange } from '@weft/engine';
import { HttpProtocolOptions_HeadersWithUnderscoresAction as Underscores } from '@weft/xds/gen/envoy/config/core/v3/protocol_pb';
import {
  HttpConnectionManager_ForwardClientCertDetails as CertDetails,
  HttpConnectionManager_PathWithEscapedSlashesAction as Escaped,
  type HttpConnectionManager,
  HttpConnectionManager_ServerHeaderTransformation as ServerHeader,
} from '@weft/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb';
import type { ClientCertPolicy, Http2ServerOptions, HttpOptions } from '../../../hcm/options.ts';

const DEFAULT_MAX_HEAD_KB = 60;
const DEFAULT_MAX_HEADERS = 100;
const DEFAULT_IDLE_MS = 3_600_000;
const DEFAULT_STREAM_IDLE_MS = 300_000;
const DEFAULT_DELAYED_CLOSE_MS = 1000;
/** Envoy waits for ever unless told; a head that takes a minute is an attack (slowloris), so here that is the default. */
const DEFAULT_HEADERS_MS = 60_000;

const SERVER_HEADER: Readonly<Record<ServerHeader, HttpOptions['serverHeader']>> = {
  [ServerHeader.OVERWRITE]: 'overwrite',
  [ServerHeader.APPEND_IF_ABSENT]: 'append-if-absent',
  [ServerHeader.PASS_THROUGH]: 'pass-through',
};

const ESCAPED_SLASHES: Readonly<Record<Escaped, HttpOptions['escapedSlashes']>> = {
  [Escaped.IMPLEMENTATION_SPECIFIC_DEFAULT]: 'keep',
  [Escaped.KEEP_UNCHANGED]: 'keep',
  [Escaped.REJECT_REQUEST]: 'reject',
  [Escaped.UNESCAPE_AND_REDIRECT]: 'unescape-and-redirect',
  [Escaped.UNESCAPE_AND_FORWARD]: 'unescape-and-forward',
};

const CERT_MODE: Readonly<Record<CertDetails, ClientCertPolicy['mode']>> = {
  [CertDetails.SANITIZE]: 'sanitize',
  [CertDetails.FORWARD_ONLY]: 'forward-only',
  [CertDetails.APPEND_FORWARD]: 'append-forward',
  [CertDetails.SANITIZE_SET]: 'sanitize-set',
  [CertDetails.ALWAYS_FORWARD_ONLY]: 'always-forward-only',
};

const UNDERSCORES: Readonly<Record<Underscores, HttpOptions['underscores']>> = {
  [Underscores.ALLOW]: 'allow',
  [Underscores.REJECT_REQUEST]: 'reject',
  [Underscores.DROP_HEADER]: 'drop',
};

function upgradesOf(hcm: HttpConnectionManager, at: string, issues: Issues): readonly string[] {
  const upgrades: string[] = [];
  for (const [i, config] of hcm.upgradeConfigs.entries()) {
    const type = config.upgradeType.toLowerCase();
    if (type === 'connect' || type === 'connect-udp') {
      issues.error(
        `${at}.upgrade_configs[${i}].upgrade_type`,
        'unsupported-value',
        `${config.upgradeType} is not supported`,
        'websocket or another HTTP/1.1 upgrade',
      );
    } else if (config.enabled ?? true) upgrades.push(type);
  }
  return upgrades;
}

function schemeOf(hcm: HttpConnectionManager, at: string, issues: Issues): HttpOptions['scheme'] {
  const overwrite = hcm.schemeHeaderTransformation?.transformation;
  if (overwrite?.case !== 'schemeToOverwrite') return undefined;
  if (overwrite.value === 'http' || overwrite.value === 'https') return overwrite.value;
  issues.error(
    `${at}.scheme_header_transformation.scheme_to_overwrite`,
    'invalid-value',
    `\`${overwrite.value}\``,
    'http or https',
  );
  return undefined;
}

function internalRangesOf(hcm: HttpConnectionManager, at: string, issues: Issues): readonly IpRange[] {
  return (hcm.internalAddressConfig?.cidrRanges ?? []).flatMap(({ addressPrefix, prefixLen }, i) => {
    const range = parseRange(addressPrefix, prefixLen ?? 0);
    if (range !== undefined) return [range];
    const where = `${at}.internal_address_config.cidr_ranges[${i}]`;
    issues.error(where, 'invalid-value', `${addressPrefix}/${prefixLen ?? 0} is no range of addresses`, '10.0.0.0/8');
    return [];
  });
}

function certPolicyOf(hcm: HttpConnectionManager): ClientCertPolicy {
  const set = hcm.setCurrentClientCertDetails;
  return {
    mode: CERT_MODE[hcm.forwardClientCertDetails],
    subject: set?.subject ?? false,
    cert: set?.cert ?? false,
    uri: set?.uri ?? false,
    dns: set?.dns ?? false,
  };
}

function http2Of(hcm: HttpConnectionManager): Http2ServerOptions {
  const http2 = hcm.http2ProtocolOptions;
  return {
    maxConcurrentStreams: http2?.maxConcurrentStreams,
    initialStreamWindow: http2?.initialStreamWindowSize,
    initialConnectionWindow: http2?.initialConnectionWindowSize,
    hpackTableSize: http2?.hpackTableSize,
    maxOutboundControlFrames: http2?.maxOutboundControlFrames,
    allowConnect: http2?.allowConnect ?? false,
  };
}

export function httpOptions(hcm: HttpConnectionManager, at: string, issues: Issues): HttpOptions {
  const common = hcm.commonHttpProtocolOptions;
  const http1 = hcm.httpProtocolOptions;
  const ms = (duration: Parameters<typeof durationOr>[0], or: number, name: string): number =>
    durationOr(duration, or, `${at}.${name}`, issues);
  return {
    statPrefix: hcm.statPrefix,
    serverName: hcm.serverName === '' ? 'weft' : hcm.serverName,
    serverHeader: SERVER_HEADER[hcm.serverHeaderTransformation],
    scheme: schemeOf(hcm, at, issues),
    via: hcm.via,
    useRemoteAddress: hcm.useRemoteAddress ?? false,
    trustedHops: hcm.xffNumTrustedHops,
    skipXffAppend: hcm.skipXffAppend,
    internalRanges: internalRangesOf(hcm, at, issues),
    appendForwardedPort: hcm.appendXForwardedPort,
    generateRequestId: hcm.generateRequestId ?? true,
    preserveExternalRequestId: hcm.preserveExternalRequestId,
    alwaysSetRequestIdInResponse: hcm.alwaysSetRequestIdInResponse,
    proxy100Continue: hcm.proxy100Continue,
    normalizePath: hcm.normalizePath ?? false,
    mergeSlashes: hcm.mergeSlashes,
    escapedSlashes: ESCAPED_SLASHES[hcm.pathWithEscapedSlashesAction],
    stripPort:
      hcm.stripPortMode.case === 'stripAnyHostPort' && hcm.stripPortMode.value
        ? 'any'
        : hcm.stripMatchingHostPort
          ? 'matching'
          : 'none',
    stripTrailingHostDot: hcm.stripTrailingHostDot,
    underscores: UNDERSCORES[common?.headersWithUnderscoresAction ?? Underscores.ALLOW],
    acceptHttp10: http1?.acceptHttp10 ?? false,
    defaultHostForHttp10: http1?.defaultHostForHttp10 ?? '',
    upgrades: upgradesOf(hcm, at, issues),
    maxHeadBytes: (hcm.maxRequestHeadersKb ?? DEFAULT_MAX_HEAD_KB) * 1024,
    maxHeaders: common?.maxHeadersCount ?? DEFAULT_MAX_HEADERS,
    maxRequestsPerConnection: common?.maxRequestsPerConnection ?? 0,
    idleTimeoutMs: ms(common?.idleTimeout, DEFAULT_IDLE_MS, 'common_http_protocol_options.idle_timeout'),
    streamIdleTimeoutMs: ms(hcm.streamIdleTimeout, DEFAULT_STREAM_IDLE_MS, 'stream_idle_timeout'),
    requestTimeoutMs: ms(hcm.requestTimeout, 0, 'request_timeout'),
    requestHeadersTimeoutMs: ms(hcm.requestHeadersTimeout, DEFAULT_HEADERS_MS, 'request_headers_timeout'),
    maxConnectionDurationMs: ms(
      common?.maxConnectionDuration,
      0,
      'common_http_protocol_options.max_connection_duration',
    ),
    maxStreamDurationMs: ms(common?.maxStreamDuration, 0, 'common_http_protocol_options.max_stream_duration'),
    delayedCloseTimeoutMs: ms(hcm.delayedCloseTimeout, DEFAULT_DELAYED_CLOSE_MS, 'delayed_close_timeout'),
    clientCert: certPolicyOf(hcm),
    http2: http2Of(hcm),
  };
}
