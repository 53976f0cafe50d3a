import { create } from '@bufbuild/protobuf';
import type { Origin } from '@weft/mesh';
import { TrafficDirection } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import type {
  FilterChainSchema,
  ListenerFilterSchema,
} from '@weft/xds/gen/envoy/config/listener/v3/listener_components_pb';
import { type Listener, ListenerSchema } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { HttpInspectorSchema } from '@weft/xds/gen/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb';
import { TlsInspectorSchema } from '@weft/xds/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb';
import { originMetadata } from '../origin.ts';
import { address } from '../wire/address.ts';
import { any } from '../wire/any.ts';
import { duration } from '../wire/duration.ts';
import type { Init } from '../wire/init.ts';
import { HTTP_INSPECTOR, TLS_INSPECTOR } from './filter-names.ts';

export type ChainInit = Init<typeof FilterChainSchema>;
type InspectorInit = Init<typeof ListenerFilterSchema>;

export interface ListenerInput {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly direction: 'inbound' | 'outbound';
  readonly chains: readonly ChainInit[];
  readonly defaultChain: ChainInit | undefined;
  /** Look at the first bytes for a TLS server name, or for HTTP. */
  readonly inspect: { readonly tls: boolean; readonly http: boolean };
  readonly protocolDetectionTimeoutMs: number;
  /** What it was made for, if that is one object. */
  readonly origin: Origin | undefined;
}

/** ALPN values that the HTTP inspector finds in plain text. */
export const PLAINTEXT_HTTP_ALPN: string[] = ['http/1.0', 'http/1.1', 'h2c'];

export function listener(input: ListenerInput): Listener {
  const inspectors: InspectorInit[] = [];
  if (input.inspect.tls) inspectors.push(inspector(TLS_INSPECTOR, any(TlsInspectorSchema, {})));
  if (input.inspect.http) inspectors.push(inspector(HTTP_INSPECTOR, any(HttpInspectorSchema, {})));
  return create(ListenerSchema, {
    name: input.name,
    address: address(input.host, input.port),
    ...(input.origin && { metadata: originMetadata(input.origin) }),
    trafficDirection: input.direction === 'inbound' ? TrafficDirection.INBOUND : TrafficDirection.OUTBOUND,
    filterChains: [...input.chains],
    ...(input.defaultChain && { defaultFilterChain: input.defaultChain }),
    listenerFilters: inspectors,
    // Envoy would give up looking after 15 s; a connection that says nothing is then taken as it is.
    listenerFiltersTimeout: duration(input.protocolDetectionTimeoutMs),
    continueOnListenerFiltersTimeout: true,
  });
}

type TypedConfig = Extract<NonNullable<InspectorInit['configType']>, { case?: 'typedConfig' }>['value'];

function inspector(name: string, value: TypedConfig): InspectorInit {
  return { name, configType: { case: 'typedConfig', value } } as InspectorInit;
}
