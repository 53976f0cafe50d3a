import { appendHeader, hasHeader, headerValue, setHeader, stripHopByHop } from '@weft/http';
import type { Exchange } from '../stream/exchange.ts';

let dateSecond = -1;
let dateText = '';

/** @hot IMF-fixdate (RFC 9110 §5.6.7), made once a second. */
function httpDate(epochMs: number): string {
  const second = Math.floor(epochMs / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1000).toUTCString();
  }
  return dateText;
}

/** @hot What the connection manager does to a response after the filters (Envoy, ConnectionManagerUtility::mutateResponseHeaders). */
export function prepareResponse(exchange: Exchange): void {
  const { manager, responseHeaders: headers } = exchange;
  const { options } = manager;
  stripHopByHop(headers, exchange.tunnelled);
  if (options.serverHeader === 'overwrite') setHeader(headers, 'server', options.serverName);
  else if (options.serverHeader === 'append-if-absent' && !hasHeader(headers, 'server')) {
    appendHeader(headers, 'server', options.serverName);
  }
  if (!hasHeader(headers, 'date')) appendHeader(headers, 'date', httpDate(exchange.record.startEpochMs));
  if (options.via !== '') appendHeader(headers, 'via', options.via);
  if (options.alwaysSetRequestIdInResponse) {
    const id = headerValue(exchange.request.headers, 'x-request-id');
    if (id !== undefined) setHeader(headers, 'x-request-id', id);
  }
}
