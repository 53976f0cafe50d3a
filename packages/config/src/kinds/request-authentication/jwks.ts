import { isJsonObject, type JsonValue } from '../../json.ts';
import type { Report } from '../../schema/index.ts';

/** Parameters each key type needs (RFC 7518 §6, RFC 8037 §2). */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
  oct: ['k'],
};

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // Not JSON is an answer here: the caller reports it.
    return undefined;
  }
}

/** Inline keys: a JWK Set or a single key (RFC 7517). Private keys work, but should never be in configuration. */
export function checkJwks(text: string, at: string, report: Report): void {
  const document = parse(text);
  const keys = isJsonObject(document) && 'keys' in document ? document['keys'] : [document];
  if (!Array.isArray(keys) || document === undefined) {
    report.error(at, 'invalid-jwks', 'the keys are not a JSON Web Key Set', { expected: '{"keys": [...]}' });
    return;
  }
  for (const [i, key] of keys.entries()) {
    const type = isJsonObject(key) ? key['kty'] : undefined;
    const needed = typeof type === 'string' ? NEEDED[type] : undefined;
    if (!isJsonObject(key) || needed === undefined) {
      report.error(at, 'invalid-jwks', `key ${i} has no known key type`, {
        expected: `kty ${Object.keys(NEEDED).join(', ')}`,
      });
      continue;
    }
    const missing = needed.filter((name) => typeof key[name] !== 'string');
    if (missing.length > 0) report.error(at, 'invalid-jwks', `key ${i} lacks ${missing.join(', ')}`);
    if (key['d'] !== undefined || type === 'oct') {
      report.warning(
        at,
        'private-key',
        `key ${i} contains private key material; only public keys are used for verification`,
      );
    }
  }
}
