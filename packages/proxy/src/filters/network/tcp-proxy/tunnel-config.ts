import {
  applyHeaderOps,
  compileHeaderOps,
  type Format,
  type FormatContext,
  formatWithIssues,
  type HeaderOps,
  Issues,
  renderFormat,
  sealOps,
} from '@weft/engine';
import { CHUNKED, NO_BODY, serialiseRequestHead } from '@weft/http';
import type { TcpProxy_TunnelingConfig } from '@weft/xds/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb';

/** TcpProxy.TunnelingConfig: what the endpoints are asked for before a connection's bytes go to them. */
export interface TunnelConfig {
  /** Where the tunnel ends, `host:port`. */
  readonly hostname: Format;
  readonly method: 'CONNECT' | 'POST';
  /** Of a POST; a CONNECT has none. */
  readonly path: string;
  readonly headers: HeaderOps;
}

export function decodeTunnel(message: TcpProxy_TunnelingConfig, at: string, issues: Issues): TunnelConfig {
  const { hostname, usePost, postPath, headersToAdd } = message;
  if (hostname === '') issues.error(`${at}.hostname`, 'missing-field', 'is empty', 'the host and port to tunnel to');
  if (postPath !== '' && (!usePost || !postPath.startsWith('/'))) {
    const expected = usePost ? 'a path that begins with /' : 'use_post, since a CONNECT has no path';
    issues.error(`${at}.post_path`, 'invalid-value', `\`${postPath}\``, expected);
  }
  const added = new Issues('TcpProxy');
  const headers = sealOps([compileHeaderOps(headersToAdd, [], at, 'request', added)]);
  issues.adopt(
    added.list.map((issue) => ({ ...issue, at: issue.at.replace('request_headers_to_add', 'headers_to_add') })),
  );
  return {
    hostname: formatWithIssues(hostname, `${at}.hostname`, issues),
    method: usePost ? 'POST' : 'CONNECT',
    path: usePost ? postPath || '/' : '',
    headers,
  };
}

/** The head that asks for the tunnel of one connection (RFC 9110 §9.3.6). Throws HeaderInjectionError when its facts do not fit into one. */
export function tunnelRequest({ hostname, method, path, headers }: TunnelConfig, facts: FormatContext): string {
  const list: string[] = [];
  applyHeaderOps(headers, list, facts);
  const request = { method, path, authority: renderFormat(hostname, facts, '-'), headers: list, rawNames: undefined };
  return serialiseRequestHead(request, method === 'POST' ? CHUNKED : NO_BODY, '');
}
