import type { Decoded } from '@weft/base';
import type { Bootstrap } from './bootstrap.ts';

/**
 * Reads a parsed bootstrap file (JSON value; field names in snake_case or lowerCamelCase, as proto JSON allows).
 * Every field that is unknown, or that Envoy has and this proxy does not honour, is an issue with its path.
 */
export function decodeBootstrap(value: unknown): Decoded<Bootstrap> {
  return {
    ok: false,
    issues: [{ severity: 'error', code: 'invalid-bootstrap', at: '', message: `cannot read ${typeof value}` }],
  };
}
