import { create, type JsonObject, toBinary } from '@bufbuild/protobuf';
import { type Any, AnySchema } from '@bufbuild/protobuf/wkt';
import { TypedStructSchema } from '@weft/xds/gen/udpa/type/v1/typed_struct_pb';

/** Which end of the connection reports: the labels of its metrics differ. */
export type TelemetrySide = 'inbound' | 'outbound' | 'gateway';

/** Istio's metrics filter, `stats.PluginConfig` in istio/proxy; a gateway reports as a client. */
export function stats(side: TelemetrySide): Any {
  const config: JsonObject = side === 'inbound' ? { disable_host_header_fallback: true } : {};
  return typedStruct('type.googleapis.com/stats.PluginConfig', config);
}

/** Tells the other side who we are, and learns who it is (istio/proxy, io.istio.http.peer_metadata.Config). */
export function peerMetadata(side: TelemetrySide): Any {
  const exchange = [{ istio_headers: {} }];
  const config: JsonObject =
    side === 'inbound'
      ? { downstream_discovery: exchange, downstream_propagation: exchange }
      : { upstream_discovery: exchange, upstream_propagation: exchange };
  return typedStruct('type.googleapis.com/io.istio.http.peer_metadata.Config', config);
}

/** What a client of the mesh's TLS offers instead of the cluster's own ALPN, so that the other side knows it is HTTP, and which (xds/filters, Alpn). */
export function alpnOverride(): Any {
  const of = (protocol: string, own: string, plain: string): JsonObject => ({
    upstream_protocol: protocol,
    alpn_override: [own, 'istio', plain],
  });
  return typedStruct('type.googleapis.com/istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig', {
    alpn_override: [
      of('HTTP10', 'istio-http/1.0', 'http/1.0'),
      of('HTTP11', 'istio-http/1.1', 'http/1.1'),
      of('HTTP2', 'istio-h2', 'h2'),
    ],
  });
}

/** A message that is known by its type URL only, in its JSON form (udpa.type.v1.TypedStruct). */
export function typedStruct(typeUrl: string, value: JsonObject): Any {
  const message = create(TypedStructSchema, { typeUrl, value });
  return create(AnySchema, {
    typeUrl: `type.googleapis.com/${TypedStructSchema.typeName}`,
    value: toBinary(TypedStructSchema, message),
  });
}
