/**
 * istio.alpn: tells the next proxy of the mesh, in the TLS handshake, which HTTP a connection will carry, so that it need not guess.
 * Spec: istio/proxy, istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig.
 */
import type { Decoded } from '@weft/base';
import { Issues } from '@weft/engine';
import { type TypedStruct, TypedStructSchema } from '@weft/xds/gen/udpa/type/v1/typed_struct_pb';
import { isObject } from '../../../bootstrap/json-fields.ts';
import { CONTINUE, type HttpFilter, type HttpFilterKind, httpFilter } from '../../../stream/http-filter.ts';
import { neverReplies } from '../../../stream/prediction.ts';
import type { AlpnOverride } from '../../../upstream/transport-socket-options.ts';

/** The proxy speaks HTTP/1.1 to every server, so what is said of HTTP/1.0 can be read and never applies. */
const PROTOCOLS = ['HTTP10', 'HTTP11', 'HTTP2'] as const;
type Protocol = (typeof PROTOCOLS)[number];

function decode(message: TypedStruct, at: string): Decoded<AlpnOverride> {
  const issues = new Issues('istio.alpn');
  const value = message.value ?? {};
  for (const key of Object.keys(value)) {
    if (key !== 'alpn_override')
      issues.error(`${at}.value.${key}`, 'unsupported-field', 'is not supported', 'alpn_override');
  }
  const offers = new Map<Protocol, readonly string[]>();
  const entries: unknown = value['alpn_override'] ?? [];
  if (!Array.isArray(entries)) issues.error(`${at}.value.alpn_override`, 'invalid-value', 'is no list', 'a list');
  else for (const [i, entry] of entries.entries()) readEntry(entry, `${at}.value.alpn_override[${i}]`, offers, issues);
  const http1 = offers.get('HTTP11') ?? [];
  const http2 = offers.get('HTTP2') ?? [];
  return issues.end({ key: JSON.stringify([http1, http2]), http1, http2 });
}

function readEntry(entry: unknown, at: string, offers: Map<Protocol, readonly string[]>, issues: Issues): void {
  if (!isObject(entry)) {
    issues.error(at, 'invalid-value', 'is no object', 'upstream_protocol and alpn_override');
    return;
  }
  const { upstream_protocol: said = 'HTTP10', alpn_override: names = [] } = entry;
  const protocol = PROTOCOLS.find((each) => each === said);
  if (protocol === undefined)
    issues.error(`${at}.upstream_protocol`, 'invalid-value', `${JSON.stringify(said)} is none`, PROTOCOLS.join(', '));
  else if (!isTexts(names)) issues.error(`${at}.alpn_override`, 'invalid-value', 'is no list of names', 'ALPN names');
  else offers.set(protocol, names);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '' && item.length <= 255);
}

function create(override: AlpnOverride): HttpFilter {
  if (override.http1.length === 0 && override.http2.length === 0) return {};
  return {
    onRequestHeaders(exchange) {
      exchange.alpnOverride = override;
      return CONTINUE;
    },
  };
}

export const alpn: HttpFilterKind = httpFilter({
  schema: TypedStructSchema,
  structType: 'istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig',
  decode,
  create,
  predict: neverReplies,
});
