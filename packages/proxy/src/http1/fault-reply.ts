/** The answer to bytes that are not a request: there is no exchange, yet it is counted, logged and named like any other reply. */
import { type HttpFault, serialiseResponseHead } from '@weft/http';
import type { ConnectionManager } from '../hcm/connection-manager.ts';
import type { ConnectionInfo } from '../stream/downstream.ts';
import { REPLIES, type ReplyCode } from '../stream/replies.ts';
import { AccessRecord } from '../telemetry/access-record.ts';

/** The row of the table for a status that the codec decided on. */
const CODE_OF_STATUS: Readonly<Record<number, ReplyCode>> = {
  400: 'PROTOCOL_ERROR',
  431: 'HEAD_TOO_LARGE',
  501: 'UNSUPPORTED_CODING',
  505: 'UNSUPPORTED_VERSION',
};

/** The whole answer as text. `x-weft-error` carries the codec's code, which is finer than the row's. */
export function faultReply(manager: ConnectionManager, connection: ConnectionInfo, fault: HttpFault): string {
  const row = REPLIES[CODE_OF_STATUS[fault.status] ?? 'PROTOCOL_ERROR'];
  logFault(manager, connection, fault.message, row);
  const headers = ['content-type', 'text/plain', 'x-weft-error', fault.code];
  const { options } = manager;
  if (options.serverHeader !== 'pass-through') headers.push('server', options.serverName);
  return serialiseResponseHead(fault.status, '', headers, row.body.length, 'close') + row.body;
}

/** The whole answer to a client that takes too long with its head. */
export function timeoutReply(manager: ConnectionManager, connection: ConnectionInfo): string {
  const row = REPLIES.REQUEST_HEADERS_TIMEOUT;
  logFault(
    manager,
    connection,
    `no complete head within ${manager.options.requestHeadersTimeoutMs} ms (request_headers_timeout)`,
    row,
  );
  const headers = ['content-type', 'text/plain', 'x-weft-error', 'REQUEST_HEADERS_TIMEOUT'];
  return serialiseResponseHead(row.status, '', headers, row.body.length, 'close') + row.body;
}

function logFault(
  manager: ConnectionManager,
  connection: ConnectionInfo,
  cause: string,
  row: (typeof REPLIES)[ReplyCode],
): void {
  manager.logger.debug('refused a request', { cause, client: connection.remoteAddress });
  manager.stats.downstreamRqTotal.inc();
  manager.stats.downstreamRqByClass.inc(row.status);
  if (!manager.accessLog.enabled) return;
  const record = new AccessRecord();
  record.startMs = manager.loop.now;
  record.endMs = manager.loop.now;
  record.startEpochMs = manager.loop.clock.now();
  record.responseCode = row.status;
  record.responseFlags = row.flag;
  record.responseCodeDetails = row.details;
  record.cause = cause;
  record.connectionId = connection.id;
  record.downstreamLocalAddress = connection.localAddress;
  record.downstreamRemoteAddress = connection.remoteAddress;
  record.downstreamDirectRemoteAddress = connection.remoteAddress;
  manager.accessLog.log(record);
}
