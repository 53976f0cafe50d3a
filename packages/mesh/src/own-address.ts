import type { Node } from './node.ts';
import { isHttp, isTls } from './protocol.ts';
import type { Service } from './service.ts';

/** Sidecars of a machine without interception are at 127.1.0.1 to 127.1.3.254. */
const SIDECAR = /^127\.1\.([0-3])\.(\d{1,3})$/;
const AUTO = /^240\.240\.(\d+)\.(\d+)$/;
/** Third bytes of a sidecar's block of addresses. */
const ROWS = 32;

/**
 * A loopback address where a sidecar without interception listens for one service alone, so that clients that learn it by DNS reach that service
 * whatever bytes they send; undefined when the sidecar's own address is enough or the only one it has.
 *
 * Only services whose port says nothing about the host need one. It follows from the sidecar's address, which nobody else on the machine has, and the
 * service's automatic one: 127.128.0.0/9 in blocks of 32 × 254 (docs/decisions/0238).
 */
export function ownAddressFor(service: Service, node: Node): string | undefined {
  if (!node.dnsCapture || node.interception !== 'NONE' || node.outboundListeners !== 'all') return undefined;
  if (service.ports.every(({ protocol }) => isHttp(protocol) || isTls(protocol) || protocol === 'udp'))
    return undefined;
  const sidecar = SIDECAR.exec(node.ip);
  const auto = AUTO.exec(service.autoAddresses[0] ?? '');
  if (sidecar === null || auto === null) return undefined;
  const slot = Number(sidecar[1]) * 254 + Number(sidecar[2]);
  const third = (slot % 8) * ROWS + (Number(auto[1]) % ROWS);
  return `127.${128 + Math.floor(slot / 8)}.${third}.${auto[2]}`;
}
