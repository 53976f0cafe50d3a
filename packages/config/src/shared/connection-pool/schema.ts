import { duration, flag, integer, object, oneOf, type Schema } from '../../schema/index.ts';
import type {
  ConnectionPoolSettings,
  Http2KeepAlive,
  HttpPoolSettings,
  TcpKeepalive,
  TcpPoolSettings,
} from './type.ts';

export const http2KeepAlive: Schema<Http2KeepAlive> = object<Http2KeepAlive>({
  interval: duration({ minMs: 1 }),
  timeout: duration({ minMs: 1 }),
});

export const httpPoolSettings: Schema<HttpPoolSettings> = object<HttpPoolSettings>({
  h2UpgradePolicy: oneOf('DEFAULT', 'DO_NOT_UPGRADE', 'UPGRADE'),
  http1MaxPendingRequests: integer(),
  http2KeepAlive: http2KeepAlive,
  http2MaxRequests: integer(),
  idleTimeout: duration({ minMs: 1 }),
  maxConcurrentStreams: integer(),
  maxRequestsPerConnection: integer(),
  maxRetries: integer(),
  useClientProtocol: flag(),
});

export const tcpKeepalive: Schema<TcpKeepalive> = object<TcpKeepalive>({
  interval: duration({ minMs: 1 }),
  probes: integer({ min: 0 }),
  time: duration({ minMs: 1 }),
});

export const tcpPoolSettings: Schema<TcpPoolSettings> = object<TcpPoolSettings>({
  connectTimeout: duration({ minMs: 1 }),
  idleTimeout: duration(),
  maxConnectionDuration: duration({ minMs: 1 }),
  maxConnections: integer(),
  tcpKeepalive: tcpKeepalive,
});

export const connectionPoolSettings: Schema<ConnectionPoolSettings> = object<ConnectionPoolSettings>({
  http: httpPoolSettings,
  tcp: tcpPoolSettings,
});
