import type { JsonObject } from '@weft/config';
import type { KindCoverage } from './kind-coverage.ts';

function withoutEffect(
  instead: string,
  security: (spec: JsonObject) => boolean = () => false,
  harmless?: (spec: JsonObject) => boolean,
): KindCoverage {
  return { effect: 'none', instead, security, ...(harmless && { harmless }) };
}

const always = (): boolean => true;

/** Plaintext is what peers speak as long as there is no certificate authority, so only STRICT promises more than is kept. */
function promisesMtls(spec: JsonObject): boolean {
  return JSON.stringify(spec).includes('"STRICT"');
}

/** WasmPlugin and TrafficExtension that decide who may pass. */
function guards(spec: JsonObject): boolean {
  return spec['phase'] === 'AUTHN' || spec['phase'] === 'AUTHZ';
}

export const PEER_AUTHENTICATION: KindCoverage = withoutEffect(
  'there is no certificate authority yet: a port that demands mutual TLS refuses every connection when traffic is intercepted, and takes plaintext when it is not',
  promisesMtls,
  (spec) => !promisesMtls(spec) && JSON.stringify(spec).includes('"DISABLE"'),
);
export const REQUEST_AUTHENTICATION: KindCoverage = withoutEffect('tokens are not looked at', always);
export const AUTHORIZATION_POLICY: KindCoverage = withoutEffect('every request is let through', always);
export const WASM_PLUGIN: KindCoverage = withoutEffect('the extension does not run', guards);
export const BACKEND_TLS_POLICY: KindCoverage = withoutEffect('traffic to the backend is not encrypted by it', always);
