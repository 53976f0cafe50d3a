import type { SupportedMessages } from '../decode/supported-fields.ts';
import { ADDRESS_MESSAGES } from '../endpoint/compile-address.ts';
import { SHARED_MESSAGES } from '../route/supported.ts';

/** What a Listener may say. */
export const LISTENER_MESSAGES: SupportedMessages = {
  ...SHARED_MESSAGES,
  ...ADDRESS_MESSAGES,
  'envoy.config.listener.v3.Listener': {
    read: [
      'name',
      'address',
      'additional_addresses',
      'stat_prefix',
      'filter_chains',
      'use_original_dst',
      'default_filter_chain',
      'per_connection_buffer_limit_bytes',
      'metadata',
      'deprecated_v1',
      'drain_type',
      'listener_filters',
      'listener_filters_timeout',
      'continue_on_listener_filters_timeout',
      'transparent',
      'freebind',
      'traffic_direction',
      'reuse_port',
      'enable_reuse_port',
      'tcp_backlog_size',
      'bind_to_port',
      'ignore_global_conn_limit',
      'bypass_overload_manager',
    ],
    // How connections are spread over threads and how many are accepted at once change no answer.
    harmless: ['connection_balance_config', 'max_connections_to_accept_per_socket_event'],
    opaque: ['access_log'],
  },
  'envoy.config.listener.v3.Listener.DeprecatedV1': { read: ['bind_to_port'] },
  'envoy.config.listener.v3.AdditionalAddress': { read: ['address'] },
  'envoy.config.listener.v3.FilterChain': {
    read: ['filter_chain_match', 'filters', 'metadata', 'transport_socket', 'transport_socket_connect_timeout', 'name'],
  },
  'envoy.config.listener.v3.FilterChainMatch': {
    read: [
      'destination_port',
      'prefix_ranges',
      'direct_source_prefix_ranges',
      'source_type',
      'source_prefix_ranges',
      'source_ports',
      'server_names',
      'transport_protocol',
      'application_protocols',
    ],
  },
  'envoy.config.core.v3.CidrRange': { read: ['address_prefix', 'prefix_len'] },
  'envoy.config.listener.v3.Filter': { read: ['name', 'typed_config'] },
  'envoy.config.listener.v3.ListenerFilter': { read: ['name', 'typed_config', 'filter_disabled'] },
  'envoy.config.listener.v3.ListenerFilterChainMatchPredicate': {
    read: ['or_match', 'and_match', 'not_match', 'any_match', 'destination_port_range'],
  },
  'envoy.config.listener.v3.ListenerFilterChainMatchPredicate.MatchSet': { read: ['rules'] },
  'envoy.type.v3.Int32Range': { read: ['start', 'end'] },
  'envoy.config.core.v3.TransportSocket': { read: ['name', 'typed_config'] },
};
