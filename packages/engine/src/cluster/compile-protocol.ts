import { fromBinary } from '@bufbuild/protobuf';
import type { Cluster as ClusterMessage } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { Cluster_ClusterProtocolSelection as Selection } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import type {
  HttpProtocolOptions as CommonOptions,
  Http1ProtocolOptions,
  Http2ProtocolOptions,
  UpstreamHttpProtocolOptions,
} from '@weft/xds/gen/envoy/config/core/v3/protocol_pb';
import type { HttpProtocolOptions } from '@weft/xds/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb';
import { HttpProtocolOptionsSchema } from '@weft/xds/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb';
import type { Issues } from '../decode/issues.ts';
import { durationOr } from '../decode/scalars.ts';
import { checkFields } from '../decode/supported-fields.ts';
import type { Http1Options, Http2Options, UpstreamProtocol } from './protocol.ts';
import { CLUSTER_MESSAGES } from './supported.ts';

const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
const PRESERVE_CASE = 'envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig';
/** HttpProtocolOptions.idle_timeout: "the default for upstream connections is 1 hour". */
const DEFAULT_IDLE_MS = 3_600_000;

interface Parts {
  readonly kind: UpstreamProtocol['kind'];
  readonly http1: Http1ProtocolOptions | undefined;
  readonly http2: Http2ProtocolOptions | undefined;
  readonly common: CommonOptions | undefined;
  readonly upstream: UpstreamHttpProtocolOptions | undefined;
  readonly at: string;
}

/** The protocol options of a cluster: the typed extension, or the deprecated fields of the cluster itself. */
export function compileProtocol(message: ClusterMessage, issues: Issues): UpstreamProtocol {
  let parts = ownParts(message);
  for (const [name, any] of Object.entries(message.typedExtensionProtocolOptions)) {
    const at = `typed_extension_protocol_options["${name}"]`;
    if (!any.typeUrl.endsWith(`/${HTTP_OPTIONS}`)) {
      issues.error(at, 'unsupported-field', `\`${any.typeUrl}\` is not supported`, HTTP_OPTIONS);
      continue;
    }
    const options = fromBinary(HttpProtocolOptionsSchema, any.value);
    checkFields(HttpProtocolOptionsSchema, options, at, CLUSTER_MESSAGES, issues);
    parts = extensionParts(options, at, issues);
  }
  return build(parts, message.maxRequestsPerConnection, issues);
}

function ownParts(message: ClusterMessage): Parts {
  const fromDownstream = message.protocolSelection === Selection.USE_DOWNSTREAM_PROTOCOL;
  return {
    kind: fromDownstream ? 'downstream' : message.http2ProtocolOptions === undefined ? 'http1' : 'http2',
    http1: message.httpProtocolOptions,
    http2: message.http2ProtocolOptions,
    common: message.commonHttpProtocolOptions,
    upstream: message.upstreamHttpProtocolOptions,
    at: '',
  };
}

function extensionParts(options: HttpProtocolOptions, at: string, issues: Issues): Parts {
  const base = {
    common: options.commonHttpProtocolOptions,
    upstream: options.upstreamHttpProtocolOptions,
    at: `${at}.`,
  };
  const form = options.upstreamProtocolOptions;
  switch (form.case) {
    case 'explicitHttpConfig': {
      const explicit = form.value.protocolConfig;
      if (explicit.case === 'http2ProtocolOptions')
        return { ...base, kind: 'http2', http1: undefined, http2: explicit.value };
      const http1 = explicit.case === 'httpProtocolOptions' ? explicit.value : undefined;
      return { ...base, kind: 'http1', http1, http2: undefined };
    }
    case 'useDownstreamProtocolConfig':
      return {
        ...base,
        kind: 'downstream',
        http1: form.value.httpProtocolOptions,
        http2: form.value.http2ProtocolOptions,
      };
    case 'autoConfig':
      return { ...base, kind: 'auto', http1: form.value.httpProtocolOptions, http2: form.value.http2ProtocolOptions };
    default:
      issues.error(
        at,
        'missing-field',
        'chooses no protocol',
        'one of explicit_http_config, use_downstream_protocol_config, auto_config',
      );
      return { ...base, kind: 'http1', http1: undefined, http2: undefined };
  }
}

function build(parts: Parts, ownMaxRequests: number | undefined, issues: Issues): UpstreamProtocol {
  const { common, upstream, at } = parts;
  const where = `${at}common_http_protocol_options`;
  const maxRequests = common?.maxRequestsPerConnection ?? ownMaxRequests ?? 0;
  const sniHeader = upstream?.overrideAutoSniHeader ?? '';
  return {
    kind: parts.kind,
    http1: http1(parts.http1, `${at}http_protocol_options`, issues),
    http2: http2(parts.http2, `${at}http2_protocol_options`, issues),
    idleTimeoutMs: durationOr(common?.idleTimeout, DEFAULT_IDLE_MS, `${where}.idle_timeout`, issues),
    maxConnectionDurationMs: durationOr(common?.maxConnectionDuration, 0, `${where}.max_connection_duration`, issues),
    maxStreamDurationMs: durationOr(common?.maxStreamDuration, 0, `${where}.max_stream_duration`, issues),
    maxRequestsPerConnection: maxRequests === 0 ? Number.POSITIVE_INFINITY : maxRequests,
    maxHeadersCount: common?.maxHeadersCount,
    autoSni: upstream?.autoSni ?? false,
    autoSanValidation: upstream?.autoSanValidation ?? false,
    autoSniHeader: sniHeader === '' ? undefined : sniHeader.toLowerCase(),
  };
}

function http1(message: Http1ProtocolOptions | undefined, at: string, issues: Issues): Http1Options {
  const format = message?.headerKeyFormat?.headerFormat;
  const stateful = format?.case === 'statefulFormatter' ? format.value.typedConfig?.typeUrl : undefined;
  const preserveCase = stateful?.endsWith(`/${PRESERVE_CASE}`) ?? false;
  if (format?.case === 'statefulFormatter' && !preserveCase) {
    issues.error(
      `${at}.header_key_format.stateful_formatter`,
      'unsupported-field',
      `\`${stateful ?? ''}\` is not supported`,
      PRESERVE_CASE,
    );
  }
  return {
    enableTrailers: message?.enableTrailers ?? false,
    properCase: format?.case === 'properCaseWords',
    preserveCase,
    sendFullyQualifiedUrl: message?.sendFullyQualifiedUrl ?? false,
  };
}

function http2(message: Http2ProtocolOptions | undefined, at: string, issues: Issues): Http2Options {
  const keepalive = message?.connectionKeepalive;
  return {
    hpackTableSize: message?.hpackTableSize,
    maxConcurrentStreams: message?.maxConcurrentStreams,
    initialStreamWindow: message?.initialStreamWindowSize,
    initialConnectionWindow: message?.initialConnectionWindowSize,
    allowConnect: message?.allowConnect ?? false,
    keepaliveIntervalMs: durationOr(keepalive?.interval, undefined, `${at}.connection_keepalive.interval`, issues),
    keepaliveTimeoutMs: durationOr(keepalive?.timeout, 0, `${at}.connection_keepalive.timeout`, issues),
    maxOutboundFrames: message?.maxOutboundFrames,
    maxOutboundControlFrames: message?.maxOutboundControlFrames,
  };
}
