/** Names of Envoy's filters, under which routes override them. */
export const FAULT_FILTER = 'envoy.filters.http.fault';
export const CORS_FILTER = 'envoy.filters.http.cors';
export const ROUTER_FILTER = 'envoy.filters.http.router';
export const GRPC_WEB_FILTER = 'envoy.filters.http.grpc_web';
export const GRPC_STATS_FILTER = 'envoy.filters.http.grpc_stats';
export const HTTP_CONNECTION_MANAGER = 'envoy.filters.network.http_connection_manager';
export const TCP_PROXY_FILTER = 'envoy.filters.network.tcp_proxy';
export const TLS_INSPECTOR = 'envoy.filters.listener.tls_inspector';
export const HTTP_INSPECTOR = 'envoy.filters.listener.http_inspector';
export const ORIGINAL_DST = 'envoy.filters.listener.original_dst';
export const ORIGINAL_SRC = 'envoy.filters.listener.original_src';
export const TLS_TRANSPORT_SOCKET = 'envoy.transport_sockets.tls';
export const FILE_ACCESS_LOG = 'envoy.access_loggers.file';
