/** The messages that may stand in an Any of a static resource, and that the admin interface can print. */
import type { DescMessage } from '@bufbuild/protobuf';
import { FileAccessLogSchema } from '@weft/xds/gen/envoy/extensions/access_loggers/file/v3/file_pb';
import { ExpressionFilterSchema } from '@weft/xds/gen/envoy/extensions/access_loggers/filters/cel/v3/cel_pb';
import {
  StderrAccessLogSchema,
  StdoutAccessLogSchema,
} from '@weft/xds/gen/envoy/extensions/access_loggers/stream/v3/stream_pb';
import { ClusterConfigSchema } from '@weft/xds/gen/envoy/extensions/clusters/dynamic_forward_proxy/v3/cluster_pb';
import { BrotliSchema } from '@weft/xds/gen/envoy/extensions/compression/brotli/compressor/v3/brotli_pb';
import { GzipSchema } from '@weft/xds/gen/envoy/extensions/compression/gzip/compressor/v3/gzip_pb';
import { ZstdSchema } from '@weft/xds/gen/envoy/extensions/compression/zstd/compressor/v3/zstd_pb';
import { HttpInspectorSchema } from '@weft/xds/gen/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb';
import { ProxyProtocolSchema } from '@weft/xds/gen/envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol_pb';
import { TlsInspectorSchema } from '@weft/xds/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb';
import { PreviousHostsPredicateSchema } from '@weft/xds/gen/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts_pb';
import { ProxyProtocolUpstreamTransportSchema } from '@weft/xds/gen/envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol_pb';
import { RawBufferSchema } from '@weft/xds/gen/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer_pb';
import {
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb';
import { HttpProtocolOptionsSchema } from '@weft/xds/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb';
import { HTTP_FILTERS } from '../filters/http/all.ts';
import { NETWORK_FILTERS } from '../filters/network/all.ts';

export const EXTENSIONS: readonly DescMessage[] = [
  ...HTTP_FILTERS.flatMap((kind) => (kind.routeSchema === undefined ? [kind.schema] : [kind.schema, kind.routeSchema])),
  ...NETWORK_FILTERS.map((kind) => kind.schema),
  FileAccessLogSchema,
  StdoutAccessLogSchema,
  StderrAccessLogSchema,
  ExpressionFilterSchema,
  ClusterConfigSchema,
  HttpInspectorSchema,
  TlsInspectorSchema,
  PreviousHostsPredicateSchema,
  ProxyProtocolSchema,
  ProxyProtocolUpstreamTransportSchema,
  RawBufferSchema,
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
  HttpProtocolOptionsSchema,
  GzipSchema,
  BrotliSchema,
  ZstdSchema,
];
