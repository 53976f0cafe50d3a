/** Where an endpoint's health checks go, and how. */
import { addressKey, Endpoint, type HealthCheckConfig } from '@weft/engine';
import { MATCH_METADATA } from '../tls/upstream-tls.ts';
import { NO_TRANSPORT_SOCKET_OPTIONS, type TransportSocketOptions } from '../upstream/transport-socket-options.ts';

/**
 * The endpoint at its own health check port, else the configured one, else its port; with the metadata by which the check's transport socket is
 * chosen (HealthCheck.transport_socket_match_criteria).
 */
export function checkTarget(endpoint: Endpoint, config: HealthCheckConfig): Endpoint {
  const { spec, locality, priority, sinceMs } = endpoint;
  const port = spec.healthCheck.port ?? config.altPort;
  const match = config.transportSocketMatch ?? [];
  if (port === undefined && match.length === 0) return endpoint;
  const address = port === undefined || spec.address.kind === 'pipe' ? spec.address : { ...spec.address, port };
  const criteria = Object.fromEntries(match.map(([key, value]) => [key, JSON.parse(value)]));
  const metadata = match.length === 0 ? spec.metadata : { ...spec.metadata, [MATCH_METADATA]: criteria };
  return new Endpoint(addressKey(address), { ...spec, address, metadata }, locality, priority, sinceMs);
}

/** `tls_options` count before what the transport socket says; a check by HTTP/2 says so where neither does. */
export function healthCheckSocket({ alpn }: HealthCheckConfig, http2: boolean): TransportSocketOptions {
  return {
    ...NO_TRANSPORT_SOCKET_OPTIONS,
    alpn: alpn.length > 0 ? alpn : undefined,
    fallbackAlpn: http2 ? ['h2'] : [],
  };
}
