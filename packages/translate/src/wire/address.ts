import { create } from '@bufbuild/protobuf';
import { type Address, AddressSchema } from '@weft/xds/gen/envoy/config/core/v3/address_pb';

const UNIX = 'unix://';

/** `host:port`, or a pipe for `unix:///path`. */
export function address(host: string, port: number): Address {
  if (host.startsWith(UNIX)) {
    return create(AddressSchema, { address: { case: 'pipe', value: { path: host.slice(UNIX.length) } } });
  }
  return create(AddressSchema, {
    address: { case: 'socketAddress', value: { address: host, portSpecifier: { case: 'portValue', value: port } } },
  });
}
