import type { MutualTlsMode, Protocol } from '@weft/mesh';
import { isHttp } from '@weft/mesh';

/** One way in which connections come to an inbound port, and what becomes of them. */
export interface ChainOption {
  /** `nothing`: there is nobody who could take it, so it is closed. */
  readonly takenBy: 'http' | 'bytes' | 'nothing';
  readonly transport: 'tls' | 'raw_buffer';
  /** What the client offers in its ClientHello, or what plain text turns out to be; empty is anything. */
  readonly alpn: readonly string[];
  /** The proxy ends TLS and asks for the client's certificate. */
  readonly mutualTls: boolean;
}

const MESH_HTTP_ALPN = ['istio-http/1.0', 'istio-http/1.1', 'istio-h2'];
const MESH_BYTES_ALPN = ['istio-peer-exchange', 'istio'];
const MESH_ALPN = ['istio', 'istio-peer-exchange', ...MESH_HTTP_ALPN];
/** What a captured port takes for HTTP: HTTP/1.0 is refused by Istio's proxies, so it is left to pass as bytes. */
export const CAPTURED_HTTP_ALPN: readonly string[] = ['http/1.1', 'h2c'];

const meshHttp: ChainOption = { takenBy: 'http', transport: 'tls', alpn: MESH_HTTP_ALPN, mutualTls: true };
const meshBytes: ChainOption = { takenBy: 'bytes', transport: 'tls', alpn: MESH_BYTES_ALPN, mutualTls: true };
const plainHttp: ChainOption = { takenBy: 'http', transport: 'raw_buffer', alpn: [], mutualTls: false };
const sniffedHttp: ChainOption = { ...plainHttp, alpn: CAPTURED_HTTP_ALPN };
const plainBytes: ChainOption = { takenBy: 'bytes', transport: 'raw_buffer', alpn: [], mutualTls: false };
/** TLS between the applications themselves. */
const foreignTls: ChainOption = { takenBy: 'bytes', transport: 'tls', alpn: [], mutualTls: false };
const refusedTls: ChainOption = { takenBy: 'nothing', transport: 'tls', alpn: [], mutualTls: false };

type Table = Readonly<Record<'http' | 'auto' | 'tcp', readonly ChainOption[]>>;

/** core/filterchain_options.go; SEMANTICS row 92. */
const OPTIONS: Readonly<Record<MutualTlsMode, Table>> = {
  permissive: {
    http: [{ ...meshHttp, alpn: MESH_ALPN }, plainHttp],
    auto: [meshHttp, sniffedHttp, meshBytes, plainBytes, foreignTls],
    tcp: [{ ...meshBytes, alpn: MESH_ALPN }, foreignTls, plainBytes],
  },
  strict: {
    http: [{ ...meshHttp, alpn: [] }],
    auto: [meshHttp, { ...meshBytes, alpn: [] }],
    tcp: [{ ...meshBytes, alpn: [] }],
  },
  disable: {
    http: [plainHttp],
    auto: [sniffedHttp, plainBytes],
    tcp: [plainBytes],
  },
};

/**
 * The chains of an inbound port. Without certificates of the mesh nobody can come by mutual TLS: a permissive port takes the rest, a
 * strict one refuses every connection. It keeps a chain of its own, or its connections would fall to the chains of unknown ports.
 */
export function chainOptions(mode: MutualTlsMode, protocol: Protocol, certificates: boolean): readonly ChainOption[] {
  const options = OPTIONS[mode][isHttp(protocol) ? 'http' : protocol === 'auto' ? 'auto' : 'tcp'];
  if (certificates) return options;
  return mode === 'strict' ? [refusedTls] : options.filter(({ mutualTls }) => !mutualTls);
}
