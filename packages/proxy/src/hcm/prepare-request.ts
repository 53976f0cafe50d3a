/** What the connection manager does to a request before any filter sees it (Envoy, ConnectionManagerUtility::mutateRequestHeaders). */
import { appendHeader, headerValue, removeHeader, setHeader, stripHopByHop } from '@weft/http';
import type { Exchange } from '../stream/exchange.ts';
import type { ReplyCode } from '../stream/replies.ts';
import { applyClientCert } from './client-cert.ts';
import { applyForwarded } from './forwarded.ts';
import type { HttpOptions } from './options.ts';
import { preparePath } from './prepare-path.ts';
import { newRequestId } from './request-id.ts';

export interface Refusal {
  readonly code: ReplyCode;
  readonly cause: string;
}

/** @hot Edits the head in place; a refusal when the request must not go on. */
export function prepareRequest(exchange: Exchange): Refusal | undefined {
  const { request, manager } = exchange;
  const { options } = manager;
  const { headers } = request;
  if (request.version === 10) {
    if (!options.acceptHttp10)
      return { code: 'HTTP10_REFUSED', cause: 'HTTP/1.0 is not accepted here (accept_http_10)' };
    if (request.authority === '') request.authority = options.defaultHostForHttp10;
  }
  if (request.authority === '' && request.version !== 20)
    return { code: 'MISSING_HOST', cause: 'the request names no host' };
  const upgrade = request.upgrade;
  if (upgrade !== undefined) {
    if (!options.upgrades.includes(upgrade)) {
      // RFC 9110 §7.8: a server may ignore an Upgrade it does not want; Envoy's answer to one it has no config for is 403.
      return { code: 'UPGRADE_REFUSED', cause: `upgrade to ${upgrade} is not configured (upgrade_configs)` };
    }
    exchange.upgrade = upgrade;
  }
  stripHopByHop(headers, upgrade !== undefined);
  const disguised = disguisedFraming(headers);
  if (disguised !== undefined)
    return { code: 'BAD_HEADER', cause: `header ${disguised} passes for a framing field with some servers` };
  const underscored = options.underscores === 'allow' ? undefined : refuseUnderscores(exchange);
  if (underscored !== undefined) return underscored;
  if (request.expectContinue && !options.proxy100Continue) {
    removeHeader(headers, 'expect');
    request.expectContinue = false;
    exchange.downstream.sendInformational(100, []);
  }
  request.authority = prepareAuthority(request.authority, options, exchange.downstream.connection.localPort);
  const path = preparePath(request, options);
  if (path === 'bad') return { code: 'BAD_PATH', cause: 'the path is not valid or has escaped slashes' };
  if (path === 'redirect') return { code: 'PATH_REDIRECT', cause: 'the path has escaped slashes' };
  applyForwarded(exchange);
  applyRequestId(exchange);
  if (options.via !== '') appendHeader(headers, 'via', options.via);
  applyClientCert(exchange);
  return undefined;
}

/** @hot Servers that map headers to CGI names read `transfer_encoding` as Transfer-Encoding: a second framing that we did not see. */
function disguisedFraming(headers: readonly string[]): string | undefined {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    if (name.length === 17 && name === 'transfer_encoding') return name;
    if (name.length === 14 && name === 'content_length') return name;
  }
  return undefined;
}

function refuseUnderscores(exchange: Exchange): Refusal | undefined {
  const { headers } = exchange.request;
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    const name = headers[i]!;
    if (!name.includes('_')) continue;
    if (exchange.manager.options.underscores === 'reject')
      return { code: 'BAD_HEADER', cause: `header ${name} has an underscore` };
    headers.splice(i, 2);
  }
  return undefined;
}

/** @hot `strip_matching_host_port`, `strip_any_host_port`, `strip_trailing_host_dot`. */
export function prepareAuthority(
  authority: string,
  options: Pick<HttpOptions, 'stripPort' | 'stripTrailingHostDot'>,
  localPort: number,
): string {
  let host = authority;
  if (options.stripPort !== 'none') {
    const match = /:(\d+)$/.exec(host);
    if (match !== null && (options.stripPort === 'any' || Number(match[1]) === localPort))
      host = host.slice(0, match.index);
  }
  return options.stripTrailingHostDot ? host.replace(/\.(?=(:\d+)?$)/, '') : host;
}

/** @hot An id from outside the mesh is replaced unless it is to be kept; inside, the first proxy's id stays. */
function applyRequestId(exchange: Exchange): void {
  const { manager, request } = exchange;
  const { options } = manager;
  if (!options.generateRequestId) return;
  const { headers } = request;
  const edge = options.useRemoteAddress && !options.preserveExternalRequestId;
  if (edge) setHeader(headers, 'x-request-id', newRequestId(manager.random));
  else if (headerValue(headers, 'x-request-id') === undefined) {
    headers.push('x-request-id', newRequestId(manager.random));
  }
}
