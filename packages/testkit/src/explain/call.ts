import type { RequestHead } from '@weft/engine';

/** What a caller sends. */
export interface Call {
  /** As the caller writes it. */
  readonly url: string;
  /** `[name, value, …]`, as the caller gives them. */
  readonly headers: readonly string[];
  readonly protocol: 'http' | 'https' | 'grpc' | 'tls' | 'tcp';
  /** A host name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Undefined for `tls` and `tcp`. */
  readonly head: RequestHead | undefined;
}

/** A request as people write it: `GET http://orders:8080/path`, headers by name. */
export interface CallText {
  /** `http`, `https`, `grpc://host:port/package.Service/Method`, `tls://host:port` (by SNI), `tcp://host:port`. Without a scheme it is http. */
  readonly url: string;
  /** GET unless said (or empty); POST for gRPC. */
  readonly method?: string | undefined;
  /** `[name, value, …]`; names may have any case. A `host` takes the place of the URL's host in the request. */
  readonly headers?: readonly string[] | undefined;
}

const DEFAULT_PORTS = { http: 80, https: 443, grpc: 80, tls: 443, tcp: 0 } as const;

/** What is wrong with a call, for the person who wrote it. */
export class CallError extends Error {
  override readonly name = 'CallError';
}

/** @throws CallError */
export function parseCall({ url, method, headers = [] }: CallText): Call {
  const scheme = /^([a-z]+):\/\//i.exec(url)?.[1]?.toLowerCase();
  const protocol = protocolOf(scheme);
  const rest = scheme === undefined ? url : url.slice(scheme.length + 3);
  // URL knows ports and brackets only of schemes that it knows.
  const parsed = URL.parse(`http://${rest}`);
  if (protocol === undefined || parsed === null || parsed.hostname === '') {
    throw new CallError(
      `"${url}" is nothing to call (expected http://, https://, grpc://, tls:// or tcp:// and a host)`,
    );
  }
  const written = /^[^/?#]*?:(\d+)(?:[/?#]|$)/.exec(rest)?.[1];
  const port = written === undefined ? DEFAULT_PORTS[protocol] : Number(written);
  if (port === 0) throw new CallError(`"${url}" names no port (expected ${protocol}://host:port)`);
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  const authority = written === undefined ? parsed.hostname : `${parsed.hostname}:${written}`;
  const path = `${parsed.pathname}${parsed.search}`;
  const head =
    protocol === 'tls' || protocol === 'tcp' ? undefined : headOf(protocol, method, authority, path, headers);
  return { url, headers, protocol, host, port, head };
}

function protocolOf(scheme: string | undefined): Call['protocol'] | undefined {
  if (scheme === undefined) return 'http';
  return scheme in DEFAULT_PORTS ? (scheme as Call['protocol']) : undefined;
}

function headOf(
  protocol: 'http' | 'https' | 'grpc',
  method: string | undefined,
  authority: string,
  path: string,
  given: readonly string[],
): RequestHead {
  const headers: string[] = [];
  let host = authority;
  for (let i = 0; i < given.length; i += 2) {
    const name = (given[i] ?? '').toLowerCase();
    if (name === 'host' || name === ':authority') host = given[i + 1] ?? '';
    else headers.push(name, given[i + 1] ?? '');
  }
  // gRPC over HTTP/2, "Requests".
  if (protocol === 'grpc' && !headers.includes('content-type')) headers.push('content-type', 'application/grpc');
  return {
    method: (method || (protocol === 'grpc' ? 'POST' : 'GET')).toUpperCase(),
    path,
    authority: host,
    scheme: protocol === 'https' ? 'https' : 'http',
    headers,
  };
}
