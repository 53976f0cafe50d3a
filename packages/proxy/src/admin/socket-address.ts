import type { JsonObject } from '@bufbuild/protobuf';

/** `ip:port` as the JSON of an envoy.config.core.v3.Address; anything else is a pipe's path. */
export function socketAddressJson(address: string): JsonObject {
  const colon = address.lastIndexOf(':');
  const port = Number(address.slice(colon + 1));
  if (colon === -1 || !Number.isInteger(port)) return { pipe: { path: address } };
  return { socket_address: { address: address.slice(0, colon).replace(/^\[|\]$/g, ''), port_value: port } };
}
