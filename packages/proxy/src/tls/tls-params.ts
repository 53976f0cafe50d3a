/** Protocol versions, ciphers, curves and signatures of a handshake. in: TlsParameters   out: options of `tls.createSecureContext` */
import type { SecureContextOptions, SecureVersion } from 'node:tls';
import type { Issues } from '@weft/engine';
import {
  TlsParameters_TlsProtocol as Protocol,
  type TlsParameters,
} from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/common_pb';

const VERSIONS: Readonly<Record<Protocol, SecureVersion | undefined>> = {
  [Protocol.TLS_AUTO]: undefined,
  [Protocol.TLSv1_0]: 'TLSv1',
  [Protocol.TLSv1_1]: 'TLSv1.1',
  [Protocol.TLSv1_2]: 'TLSv1.2',
  [Protocol.TLSv1_3]: 'TLSv1.3',
};
const ORDER: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

// TlsParameters: "TLS_AUTO … min TLSv1_2"; the newest version is offered on both sides.
const DEFAULT_MIN: SecureVersion = 'TLSv1.2';
const DEFAULT_MAX: SecureVersion = 'TLSv1.3';
/** OpenSSL 3 refuses the hashes of TLS 1.0 and 1.1 unless the level is lowered; asked for by name only. */
const OLD_VERSIONS = '@SECLEVEL=0';

export function decodeParams(message: TlsParameters | undefined, at: string, issues: Issues): SecureContextOptions {
  const maxVersion = VERSIONS[message?.tlsMaximumProtocolVersion ?? Protocol.TLS_AUTO] ?? DEFAULT_MAX;
  const asked = VERSIONS[message?.tlsMinimumProtocolVersion ?? Protocol.TLS_AUTO];
  const minVersion = asked ?? (rank(maxVersion) < rank(DEFAULT_MIN) ? maxVersion : DEFAULT_MIN);
  if (rank(minVersion) > rank(maxVersion)) {
    issues.error(
      `${at}.tls_minimum_protocol_version`,
      'invalid-value',
      `${minVersion} is above the maximum, ${maxVersion}`,
    );
  }
  const suites = (message?.cipherSuites ?? []).flatMap(alternatives);
  const level = rank(minVersion) < rank(DEFAULT_MIN) ? [OLD_VERSIONS] : [];
  const ciphers = [...(suites.length === 0 && level.length > 0 ? ['DEFAULT'] : suites), ...level].join(':');
  return {
    minVersion,
    maxVersion,
    ...(ciphers !== '' && { ciphers }),
    ...(message !== undefined && message.ecdhCurves.length > 0 && { ecdhCurve: message.ecdhCurves.join(':') }),
    ...(message !== undefined &&
      message.signatureAlgorithms.length > 0 && { sigalgs: message.signatureAlgorithms.join(':') }),
  };
}

function rank(version: SecureVersion): number {
  return ORDER.indexOf(version);
}

/** `[A|B]` are suites of equal preference, a notion of BoringSSL's; OpenSSL takes them in their order. */
function alternatives(suite: string): readonly string[] {
  return suite.replace(/^\[(.*)\]$/, '$1').split('|');
}
