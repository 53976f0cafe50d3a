import { create } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import type { ConnectionPoolSettings } from '@weft/config';
import type { MeshSettings, ServicePort } from '@weft/mesh';
import { isHttp, isHttp2 } from '@weft/mesh';
import {
  type HttpProtocolOptions,
  HttpProtocolOptionsSchema,
} from '@weft/xds/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb';
import { any } from '../wire/any.ts';
import { duration } from '../wire/duration.ts';

const EXTENSION = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

export interface HttpOptionsInput {
  readonly port: ServicePort;
  readonly pool: ConnectionPoolSettings | undefined;
  readonly mesh: MeshSettings;
  readonly inbound: boolean;
  /** A sidecar keeps the client's protocol on a port whose protocol nobody declared; a gateway does not. */
  readonly isSidecar: boolean;
  /** TLS without a fixed server name: take it, and the name to verify, from the request. */
  readonly autoSni: boolean;
}

/** `typed_extension_protocol_options`: which HTTP to speak to endpoints, and how long connections live. */
export function httpProtocolOptions(input: HttpOptionsInput): Record<string, Any> {
  const options = build(input);
  return options === undefined ? {} : { [EXTENSION]: any(HttpProtocolOptionsSchema, options) };
}

function build(input: HttpOptionsInput): HttpProtocolOptions | undefined {
  const { http, tcp } = input.pool ?? {};
  const idleMs = http?.idleTimeoutMs ?? tcp?.idleTimeoutMs;
  const common = {
    ...(idleMs !== undefined && { idleTimeout: duration(idleMs) }),
    ...(http?.maxRequestsPerConnection && { maxRequestsPerConnection: http.maxRequestsPerConnection }),
    ...(tcp?.maxConnectionDurationMs !== undefined && { maxConnectionDuration: duration(tcp.maxConnectionDurationMs) }),
  };
  const upstream = upstreamProtocol(input);
  const hasCommon = Object.keys(common).length > 0;
  if (upstream === undefined && !hasCommon && !input.autoSni) return undefined;
  return create(HttpProtocolOptionsSchema, {
    ...(hasCommon && { commonHttpProtocolOptions: common }),
    ...(input.autoSni && { upstreamHttpProtocolOptions: { autoSni: true, autoSanValidation: true } }),
    upstreamProtocolOptions: upstream ?? HTTP1,
  });
}

type Upstream = HttpProtocolOptions['upstreamProtocolOptions'];

/** The field is required as soon as there are options. */
const HTTP1: Upstream = create(HttpProtocolOptionsSchema, {
  upstreamProtocolOptions: {
    case: 'explicitHttpConfig',
    value: { protocolConfig: { case: 'httpProtocolOptions', value: {} } },
  },
}).upstreamProtocolOptions;

function upstreamProtocol(input: HttpOptionsInput): Upstream | undefined {
  const { port, pool, isSidecar } = input;
  if (pool?.http?.useClientProtocol === true) return sameAsClient();
  if (isHttp2(port.protocol) || (!input.inbound && upgradesToHttp2(input))) return http2(input);
  return isSidecar && port.protocol === 'auto' ? sameAsClient() : undefined;
}

/** `h2UpgradePolicy`: the rule's word counts on any port, the mesh's only where HTTP is declared (shouldH2Upgrade). */
function upgradesToHttp2({ port, pool, mesh }: HttpOptionsInput): boolean {
  const said = pool?.http?.h2UpgradePolicy;
  if (said === 'UPGRADE') return true;
  if (said === 'DO_NOT_UPGRADE') return false;
  return isHttp(port.protocol) && mesh.h2UpgradePolicy === 'UPGRADE';
}

function http2({ pool }: HttpOptionsInput): Upstream {
  const { maxConcurrentStreams, http2KeepAlive } = pool?.http ?? {};
  const options = {
    ...(maxConcurrentStreams && { maxConcurrentStreams }),
    ...(http2KeepAlive && {
      connectionKeepalive: {
        ...(http2KeepAlive.intervalMs !== undefined && { interval: duration(http2KeepAlive.intervalMs) }),
        ...(http2KeepAlive.timeoutMs !== undefined && { timeout: duration(http2KeepAlive.timeoutMs) }),
      },
    }),
  };
  return create(HttpProtocolOptionsSchema, {
    upstreamProtocolOptions: {
      case: 'explicitHttpConfig',
      value: { protocolConfig: { case: 'http2ProtocolOptions', value: options } },
    },
  }).upstreamProtocolOptions;
}

function sameAsClient(): Upstream {
  return create(HttpProtocolOptionsSchema, {
    upstreamProtocolOptions: {
      case: 'useDownstreamProtocolConfig',
      value: { httpProtocolOptions: {}, http2ProtocolOptions: {} },
    },
  }).upstreamProtocolOptions;
}

/** What the passthrough clusters speak: whatever the client does, with idle connections closed after five minutes. */
export function passthroughProtocolOptions(): Record<string, Any> {
  return {
    [EXTENSION]: any(HttpProtocolOptionsSchema, {
      commonHttpProtocolOptions: { idleTimeout: duration(300_000) },
      upstreamProtocolOptions: sameAsClient(),
    }),
  };
}
