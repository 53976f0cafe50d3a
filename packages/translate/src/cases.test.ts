/** Golden cases: cases/<name>/{mesh,node}.yaml → xds.golden.yaml. Refresh: node --test --test-update-snapshots. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createRegistry, type DescMessage, type Message, toJson } from '@bufbuild/protobuf';
import { loadText } from '@weft/config';
import { buildSnapshot, decodeNode, type NodeFields, proxyOf } from '@weft/mesh';
import { RESOURCE_KINDS } from '@weft/xds';
import { FileAccessLogSchema } from '@weft/xds/gen/envoy/extensions/access_loggers/file/v3/file_pb';
import { ClusterConfigSchema } from '@weft/xds/gen/envoy/extensions/clusters/dynamic_forward_proxy/v3/cluster_pb';
import { CorsPolicySchema, CorsSchema } from '@weft/xds/gen/envoy/extensions/filters/http/cors/v3/cors_pb';
import { FilterConfigSchema as ForwardProxySchema } from '@weft/xds/gen/envoy/extensions/filters/http/dynamic_forward_proxy/v3/dynamic_forward_proxy_pb';
import { HTTPFaultSchema } from '@weft/xds/gen/envoy/extensions/filters/http/fault/v3/fault_pb';
import { FilterConfigSchema as GrpcStatsSchema } from '@weft/xds/gen/envoy/extensions/filters/http/grpc_stats/v3/config_pb';
import { RouterSchema } from '@weft/xds/gen/envoy/extensions/filters/http/router/v3/router_pb';
import { HttpInspectorSchema } from '@weft/xds/gen/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb';
import { OriginalDstSchema } from '@weft/xds/gen/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb';
import { OriginalSrcSchema } from '@weft/xds/gen/envoy/extensions/filters/listener/original_src/v3/original_src_pb';
import { TlsInspectorSchema } from '@weft/xds/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb';
import { HttpConnectionManagerSchema } from '@weft/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb';
import { TcpProxySchema } from '@weft/xds/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb';
import { PreviousHostsPredicateSchema } from '@weft/xds/gen/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts_pb';
import {
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb';
import { HttpProtocolOptionsSchema } from '@weft/xds/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb';
import { TypedStructSchema } from '@weft/xds/gen/udpa/type/v1/typed_struct_pb';
import { parse, stringify } from 'yaml';
import { type TranslatedResources, translate } from './translate.ts';

const CASES = new URL('../cases/', import.meta.url);

const registry = createRegistry(
  ClusterConfigSchema,
  CorsPolicySchema,
  CorsSchema,
  DownstreamTlsContextSchema,
  FileAccessLogSchema,
  ForwardProxySchema,
  GrpcStatsSchema,
  HTTPFaultSchema,
  HttpConnectionManagerSchema,
  HttpInspectorSchema,
  HttpProtocolOptionsSchema,
  OriginalDstSchema,
  OriginalSrcSchema,
  PreviousHostsPredicateSchema,
  RouterSchema,
  TcpProxySchema,
  TlsInspectorSchema,
  TypedStructSchema,
  UpstreamTlsContextSchema,
);

function toYaml(resources: TranslatedResources): string {
  const messages = (schema: DescMessage, map: ReadonlyMap<string, Message>): unknown[] =>
    [...map.values()].map((message) => toJson(schema, message, { registry, useProtoFieldName: true }));
  return stringify(
    {
      cluster: messages(RESOURCE_KINDS.cluster.schema, resources.cluster),
      endpoint: messages(RESOURCE_KINDS.endpoint.schema, resources.endpoint),
      listener: messages(RESOURCE_KINDS.listener.schema, resources.listener),
      route: messages(RESOURCE_KINDS.route.schema, resources.route),
      secret: messages(RESOURCE_KINDS.secret.schema, resources.secret),
      ...(resources.nameTable.size > 0 && {
        name_table: messages(RESOURCE_KINDS.nameTable.schema, resources.nameTable),
      }),
      issues: resources.issues.map(({ code, resource, at, position }) => ({
        code,
        resource,
        at,
        line: position?.line,
      })),
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

function translateCase(name: string): TranslatedResources {
  const read = (file: string): string => readFileSync(new URL(`${name}/${file}`, CASES), 'utf8');
  const loaded = loadText(read('mesh.yaml'), 'mesh.yaml');
  assert.deepEqual(
    loaded.issues.filter((issue) => issue.severity === 'error'),
    [],
  );
  const fields: NodeFields = parse(read('node.yaml'));
  const node = decodeNode(fields);
  if (!node.ok) assert.fail(node.issues.map((issue) => issue.message).join('; '));
  const snapshot = buildSnapshot(loaded.resources);
  return translate(snapshot, proxyOf(snapshot, node.value));
}

for (const name of readdirSync(CASES).sort()) {
  test(`case ${name}`, (t) => {
    const path = new URL(`${name}/xds.golden.yaml`, CASES).pathname;
    t.assert.fileSnapshot(translateCase(name), path, { serializers: [toYaml] });
  });
}
