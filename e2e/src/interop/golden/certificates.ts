/** The certificates that stand for every certificate a case names: one server, signed by one authority. */
import { readFileSync } from 'node:fs';
import type { JsonObject } from '@bufbuild/protobuf';

const FOLDER = new URL('../../../../packages/proxy/src/testing/certificates/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');

export const SERVER_CERTIFICATE: string = read('shop.crt');
export const SERVER_KEY: string = read('shop.key');
export const AUTHORITY: string = read('authority.crt');

/** The subject alternative name of the server's certificate. */
export const CERTIFICATE_NAME = 'shop.example.com';

/** Field of `envoy.extensions.transport_sockets.tls.v3` → what every such field becomes. */
export const TEST_DATA: Readonly<Record<string, JsonObject>> = {
  certificate_chain: { inline_string: SERVER_CERTIFICATE },
  private_key: { inline_string: SERVER_KEY },
  trusted_ca: { inline_string: AUTHORITY },
};
