/** istio.peer_metadata: a sidecar tells the next proxy who it is, and reads who called. Spec: istio/proxy, io.istio.http.peer_metadata.Config. */

import type { Decoded } from '@weft/base';
import { Issues } from '@weft/engine';
import { headerValue, removeHeader, setHeader } from '@weft/http';
import { type TypedStruct, TypedStructSchema } from '@weft/xds/gen/udpa/type/v1/typed_struct_pb';
import type { Exchange } from '../../../stream/exchange.ts';
import {
  CONTINUE,
  type FilterContext,
  type HttpFilter,
  type HttpFilterKind,
  httpFilter,
} from '../../../stream/http-filter.ts';
import { neverReplies } from '../../../stream/prediction.ts';
import { PEER_METADATA_HEADER, PEER_METADATA_ID_HEADER } from '../../../telemetry/istio/peer-metadata.ts';

interface Config {
  /** Learn who calls, from request headers. */
  readonly receive: boolean;
  /** Tell upstreams of the mesh who we are. */
  readonly send: boolean;
}

/** The caller's side of downstream_propagation (response headers) has no reader: callers know endpoints from EDS. */
const KNOWN = ['downstream_discovery', 'upstream_propagation', 'upstream_discovery', 'downstream_propagation'];

function decode(message: TypedStruct, at: string): Decoded<Config> {
  const issues = new Issues('istio.peer_metadata');
  const value = message.value ?? {};
  for (const key of Object.keys(value)) {
    if (!KNOWN.includes(key))
      issues.error(`${at}.value.${key}`, 'unsupported-field', 'is not supported', KNOWN.join(', '));
  }
  return issues.end({ receive: 'downstream_discovery' in value, send: 'upstream_propagation' in value });
}

function create(config: Config, context: FilterContext): HttpFilter {
  const { mesh, clusters } = context;
  if (mesh === undefined) return {};
  return {
    onRequestHeaders(exchange) {
      const { headers } = exchange.request;
      if (config.receive) {
        const value = headerValue(headers, PEER_METADATA_HEADER);
        exchange.record.peer = mesh.labels.header(value);
        if (value !== undefined) removeBoth(exchange);
      } else if (config.send && isOfMesh(exchange, clusters)) {
        setHeader(headers, PEER_METADATA_ID_HEADER, mesh.nodeId);
        setHeader(headers, PEER_METADATA_HEADER, mesh.nodeMetadata);
      } else removeBoth(exchange);
      return CONTINUE;
    },
  };
}

/** The headers are for proxies and end here. */
function removeBoth(exchange: Exchange): void {
  removeHeader(exchange.request.headers, PEER_METADATA_HEADER);
  removeHeader(exchange.request.headers, PEER_METADATA_ID_HEADER);
}

/** A host outside the mesh is told nothing. */
function isOfMesh(exchange: Exchange, clusters: FilterContext['clusters']): boolean {
  const { plan } = exchange;
  if (plan?.kind !== 'forward') return false;
  const service = clusters.get(plan.cluster)?.service;
  return service !== undefined && service.namespace !== '';
}

export const peerMetadata: HttpFilterKind = httpFilter({
  schema: TypedStructSchema,
  structType: 'io.istio.http.peer_metadata.Config',
  decode,
  create,
  predict: neverReplies,
});
