import type { Address } from '@weft/xds/gen/envoy/config/core/v3/address_pb';
import { SocketAddress_Protocol } from '@weft/xds/gen/envoy/config/core/v3/address_pb';
import type { Issues } from '../decode/issues.ts';
import type { SupportedMessages } from '../decode/supported-fields.ts';
import type { SocketAddress } from './address.ts';
import { parseIp } from './ip.ts';

export const ADDRESS_MESSAGES: SupportedMessages = {
  'envoy.config.core.v3.Address': { read: ['socket_address', 'pipe'] },
  'envoy.config.core.v3.SocketAddress': { read: ['protocol', 'address', 'port_value', 'ipv4_compat'] },
  'envoy.config.core.v3.Pipe': { read: ['path'], harmless: ['mode'] },
};

const NOWHERE: SocketAddress = { kind: 'name', host: '', port: 0 };

/** `names`: whether DNS names are allowed, as they are in clusters that resolve them. */
export function compileAddress(
  message: Address | undefined,
  names: boolean,
  at: string,
  issues: Issues,
): SocketAddress {
  const form = message?.address;
  if (form?.case === 'pipe') return { kind: 'pipe', path: form.value.path };
  if (form?.case !== 'socketAddress') {
    issues.error(at, 'missing-field', 'is not given', 'a socket_address or a pipe');
    return NOWHERE;
  }
  const { address, portSpecifier, protocol } = form.value;
  if (protocol !== SocketAddress_Protocol.TCP)
    issues.error(`${at}.socket_address.protocol`, 'unsupported-field', 'UDP is not supported', 'TCP');
  const port = portSpecifier.case === 'portValue' ? portSpecifier.value : 0;
  if (port > 65_535) issues.error(`${at}.socket_address.port_value`, 'invalid-value', `is ${port}`, '0 to 65535');
  if (parseIp(address) !== undefined) return { kind: 'ip', host: address, port };
  if (!names || address === '')
    issues.error(`${at}.socket_address.address`, 'invalid-value', `\`${address}\` is no IP address`, 'an IP address');
  return { kind: 'name', host: address, port };
}
