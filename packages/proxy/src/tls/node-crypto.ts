/** `node:tls` and `node:crypto`, loaded when first needed: plaintext proxies do without their memory. */

export function nodeTls(): typeof import('node:tls') {
  return process.getBuiltinModule('node:tls');
}

export function nodeCrypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}
