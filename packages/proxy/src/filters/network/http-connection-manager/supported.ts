import { SHARED_MESSAGES, type SupportedMessages } from '@weft/engine';

const HCM = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/** What is understood of a connection manager; a set field that is not here is refused by name. */
export const HCM_MESSAGES: SupportedMessages = {
  ...SHARED_MESSAGES,
  [HCM]: {
    read: [
      'codec_type',
      'stat_prefix',
      'rds',
      'http_filters',
      'common_http_protocol_options',
      'http_protocol_options',
      'http2_protocol_options',
      'server_name',
      'server_header_transformation',
      'scheme_header_transformation',
      'max_request_headers_kb',
      'stream_idle_timeout',
      'request_timeout',
      'request_headers_timeout',
      'delayed_close_timeout',
      'use_remote_address',
      'xff_num_trusted_hops',
      'skip_xff_append',
      'internal_address_config',
      'via',
      'generate_request_id',
      'preserve_external_request_id',
      'always_set_request_id_in_response',
      'forward_client_cert_details',
      'set_current_client_cert_details',
      'proxy_100_continue',
      'upgrade_configs',
      'normalize_path',
      'merge_slashes',
      'path_with_escaped_slashes_action',
      'strip_matching_host_port',
      'strip_any_host_port',
      'strip_trailing_host_dot',
      'append_x_forwarded_port',
    ],
    harmless: [
      // Checked by those who compile them.
      'route_config',
      'access_log',
      // Settings of a protocol that a client of this proxy cannot speak.
      'http3_protocol_options',
      // How long Envoy leaves between its two GOAWAY frames; ours are a PING's round trip apart.
      'drain_timeout',
      // A malformed HTTP/1 message always closes its connection, which is the strict setting.
      'stream_error_on_invalid_http_message',
      // UUIDs, Envoy's own default extension.
      'request_id_extension',
      // Spans are not made; propagated headers pass untouched.
      'tracing',
    ],
  },
  'envoy.extensions.filters.network.http_connection_manager.v3.Rds': { read: ['config_source', 'route_config_name'] },
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter': {
    read: ['name', 'typed_config', 'is_optional', 'disabled'],
  },
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig': {
    read: ['upgrade_type', 'enabled'],
  },
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails': {
    read: ['subject', 'cert', 'dns', 'uri'],
  },
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.InternalAddressConfig': {
    read: ['cidr_ranges'],
    // Clients of a pipe would be trusted; listeners here are bound to addresses.
    harmless: ['unix_sockets'],
  },
  'envoy.config.core.v3.CidrRange': { read: ['address_prefix', 'prefix_len'] },
  'envoy.config.core.v3.SchemeHeaderTransformation': { read: ['scheme_to_overwrite'] },
  'envoy.config.core.v3.HttpProtocolOptions': {
    read: [
      'idle_timeout',
      'max_connection_duration',
      'max_headers_count',
      'max_stream_duration',
      'headers_with_underscores_action',
      'max_requests_per_connection',
    ],
  },
  'envoy.config.core.v3.Http1ProtocolOptions': {
    read: ['accept_http_10', 'default_host_for_http_10'],
    harmless: [
      // Absolute-form targets are always understood, as RFC 9112 §3.2.2 demands; trailers always pass.
      'allow_absolute_url',
      'enable_trailers',
    ],
  },
  'envoy.config.core.v3.Http2ProtocolOptions': {
    read: [
      'hpack_table_size',
      'max_concurrent_streams',
      'initial_stream_window_size',
      'initial_connection_window_size',
      'allow_connect',
      'max_outbound_control_frames',
    ],
    // Bounds on abuse that our codec sets for itself, and which codec Envoy is to use.
    harmless: [
      'max_outbound_frames',
      'max_consecutive_inbound_frames_with_empty_payload',
      'max_inbound_priority_frames_per_stream',
      'max_inbound_window_update_frames_per_data_frame_sent',
      'use_oghttp2_codec',
    ],
  },
  'envoy.config.core.v3.ConfigSource': {
    read: ['ads'],
    harmless: ['resource_api_version', 'initial_fetch_timeout'],
  },
  'envoy.config.core.v3.AggregatedConfigSource': { read: [] },
};
