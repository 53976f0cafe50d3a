import { type DescMessage, fromBinary, toJson } from '@bufbuild/protobuf';
import { messageRegistry, type ProxyStatus, RESOURCE_KINDS, type ResourceKind } from '@weft/xds';
import { NodeSchema } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import type { Pipeline, PipelineClient } from '../pipeline/pipeline.ts';
import { type Exchange, sendJson } from './exchange.ts';
import { proxyConfigPage } from './proxy-config-page.ts';
import { ApiError } from './status.ts';

export interface DebugDeps {
  readonly pipeline: Pipeline;
  readonly proxies: () => readonly ProxyStatus[];
}

type Page = (exchange: Exchange, deps: DebugDeps) => void | Promise<void>;

/** Istio's debug pages (pilot/pkg/xds/debug.go), with JSON of our own. */
export const DEBUG_PAGES: Readonly<Record<string, Page>> = {
  syncz: serveSyncz,
  config_dump: serveConfigDump,
  xds: serveXds,
  registryz: serveRegistryz,
  endpointz: serveEndpointz,
  proxy_config: serveProxyConfig,
};

function serveSyncz({ response }: Exchange, { proxies, pipeline }: DebugDeps): void {
  const rows = proxies().map((status) => {
    const client = pipeline.client(status.nodeId);
    const admin = client?.proxy.node.metadata?.['ADMIN_ADDRESS'];
    return {
      ...status,
      type: client?.node.type,
      ip: client?.node.ip,
      ...(typeof admin === 'string' && { adminAddress: admin }),
    };
  });
  sendJson(response, 200, rows);
}

function clientOf({ query }: Exchange, pipeline: Pipeline): PipelineClient {
  const id = query.get('proxyID') ?? '';
  const client = pipeline.client(id);
  if (client === undefined) throw new ApiError('NotFound', `no proxy '${id}' is connected; see /debug/syncz`);
  return client;
}

/** What a proxy is assigned, as bytes, for programs that have the messages themselves. */
function serveXds(exchange: Exchange, { pipeline }: DebugDeps): void {
  const { proxy } = clientOf(exchange, pipeline);
  const list = (kind: ResourceKind): unknown =>
    [...(proxy.assigned?.[kind].values() ?? [])].map(({ name, version, any }) => ({
      name,
      version,
      value: Buffer.from(any.value).toString('base64'),
    }));
  const resources = {
    cluster: list('cluster'),
    endpoint: list('endpoint'),
    listener: list('listener'),
    route: list('route'),
  };
  sendJson(exchange.response, 200, { nodeId: proxy.node.id, metadata: proxy.node.metadata ?? {}, resources });
}

async function serveConfigDump(exchange: Exchange, { pipeline }: DebugDeps): Promise<void> {
  const client = clientOf(exchange, pipeline);
  const registry = messageRegistry();
  const assigned = client.proxy.assigned;
  const dump = (kind: ResourceKind): unknown => {
    const schema: DescMessage = RESOURCE_KINDS[kind].schema;
    return [...(assigned?.[kind].values() ?? [])].map(({ name, version, any }) => ({
      name,
      version,
      resource: toJson(schema, fromBinary(schema, any.value), { registry, useProtoFieldName: true }),
    }));
  };
  sendJson(exchange.response, 200, {
    node: toJson(NodeSchema, client.proxy.node, { useProtoFieldName: true }),
    clusters: dump('cluster'),
    endpoints: dump('endpoint'),
    listeners: dump('listener'),
    routes: dump('route'),
    // Private keys stay out of pages without a password.
    secrets: [...(assigned?.secret.values() ?? [])].map(({ name, version }) => ({ name, version })),
  });
}

function serveProxyConfig({ response, query }: Exchange, { pipeline }: DebugDeps): void {
  sendJson(response, 200, proxyConfigPage(pipeline.snapshot, query));
}

function serveRegistryz({ response }: Exchange, { pipeline }: DebugDeps): void {
  const { snapshot, revision } = pipeline;
  const services = snapshot.services.map(({ hostname, namespace, ports, resolution, endpoints }) => ({
    hostname,
    namespace,
    resolution,
    ports,
    endpoints: endpoints.length,
  }));
  sendJson(response, 200, { revision, services });
}

function serveEndpointz({ response }: Exchange, { pipeline }: DebugDeps): void {
  const { snapshot, revision } = pipeline;
  const services = snapshot.services.map(({ hostname, namespace, endpoints }) => ({ hostname, namespace, endpoints }));
  sendJson(response, 200, { revision, services });
}
