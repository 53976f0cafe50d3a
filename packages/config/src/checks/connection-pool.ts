import type { Report } from '../schema/index.ts';
import type { ConnectionPoolSettings, HttpPoolSettings, TcpPoolSettings } from '../shared/connection-pool/type.ts';
import { checkDuration } from './duration.ts';

function checkNonNegative(value: number | undefined, at: string, report: Report): void {
  if ((value ?? 0) < 0) report.error(at, 'out-of-range', `${value} must not be negative`);
}

function checkHttp(http: HttpPoolSettings, at: string, report: Report): void {
  const counts = [
    'http1MaxPendingRequests',
    'http2MaxRequests',
    'maxRequestsPerConnection',
    'maxRetries',
    'maxConcurrentStreams',
  ] as const;
  for (const count of counts) checkNonNegative(http[count], `${at}.${count}`, report);
  checkDuration(http.idleTimeoutMs, `${at}.idleTimeout`, report);
  if (http.h2UpgradePolicy === 'UPGRADE' && http.useClientProtocol === true) {
    report.error(
      at,
      'conflicting-fields',
      'useClientProtocol keeps the protocol of the client, so h2UpgradePolicy cannot be UPGRADE',
    );
  }
  const keepAlive = http.http2KeepAlive;
  if (keepAlive === undefined) return;
  for (const name of ['interval', 'timeout'] as const) {
    const path = `${at}.http2KeepAlive.${name}`;
    if (keepAlive[`${name}Ms`] === undefined) report.error(path, 'missing-field', `http2KeepAlive needs ${name}`);
    checkDuration(keepAlive[`${name}Ms`], path, report);
  }
}

function checkTcp(tcp: TcpPoolSettings, at: string, report: Report): void {
  checkNonNegative(tcp.maxConnections, `${at}.maxConnections`, report);
  checkDuration(tcp.connectTimeoutMs, `${at}.connectTimeout`, report);
  checkDuration(tcp.maxConnectionDurationMs, `${at}.maxConnectionDuration`, report);
  // 0s switches the timeout off.
  if (tcp.idleTimeoutMs !== 0) checkDuration(tcp.idleTimeoutMs, `${at}.idleTimeout`, report);
  checkDuration(tcp.tcpKeepalive?.timeMs, `${at}.tcpKeepalive.time`, report);
  checkDuration(tcp.tcpKeepalive?.intervalMs, `${at}.tcpKeepalive.interval`, report);
}

/** Limits and timeouts of connections. https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings */
export function checkConnectionPool(pool: ConnectionPoolSettings | undefined, at: string, report: Report): void {
  if (pool === undefined) return;
  if (pool.http === undefined && pool.tcp === undefined) {
    report.error(at, 'missing-field', 'a connection pool needs http or tcp settings');
  }
  if (pool.http !== undefined) checkHttp(pool.http, `${at}.http`, report);
  if (pool.tcp !== undefined) checkTcp(pool.tcp, `${at}.tcp`, report);
}
