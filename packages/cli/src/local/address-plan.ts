/**
 * Where the sockets of workloads on one machine go. On Linux all of 127.0.0.0/8 answers without configuration, so each workload gets an
 * address of its own and Istio's usual ports; elsewhere only 127.0.0.1 exists and each workload gets a block of ports (docs/decisions/0170).
 */
export type AddressMode = 'addresses' | 'ports';

/** The sockets of one workload's sidecar. `slot` counts from 1 and is what concurrent processes must not share. */
export interface WorkloadSockets {
  readonly slot: number;
  readonly mode: AddressMode;
  readonly address: string;
  /** Held by the process that owns the slot, as its claim. Istio's agent port on Linux. */
  readonly claimPort: number;
  readonly adminPort: number;
  readonly metricsPort: number;
  readonly readinessPort: number;
  /** The forward proxy that applications use as HTTP_PROXY. */
  readonly httpProxyPort: number;
}

/** Slots that fit: 127.1.0.1 to 127.1.3.254 without the .0 and .255 of each /24, or blocks of ten ports from 20000. */
export const SLOTS: Readonly<Record<AddressMode, number>> = { addresses: 4 * 254, ports: 1000 };

const FIRST_BLOCK_PORT = 20_000;
const BLOCK_SIZE = 10;
const INBOUND_SHIFT = 20_000;

/**
 * Addresses where the system has them; `WEFT_ADDRESS_MODE=ports` makes Linux do as others have to, for sandboxes that have nothing but
 * 127.0.0.1.
 */
export function addressModeOf(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): AddressMode {
  return platform === 'linux' && env['WEFT_ADDRESS_MODE'] !== 'ports' ? 'addresses' : 'ports';
}

export function socketsOf(mode: AddressMode, slot: number): WorkloadSockets {
  if (!Number.isInteger(slot) || slot < 1 || slot > SLOTS[mode])
    throw new RangeError(`no slot ${slot} in mode ${mode}`);
  if (mode === 'addresses') {
    const address = `127.1.${Math.floor((slot - 1) / 254)}.${((slot - 1) % 254) + 1}`;
    return {
      slot,
      mode,
      address,
      claimPort: 15_020,
      adminPort: 15_000,
      metricsPort: 15_090,
      readinessPort: 15_021,
      httpProxyPort: 15_007,
    };
  }
  const base = FIRST_BLOCK_PORT + (slot - 1) * BLOCK_SIZE;
  return {
    slot,
    mode,
    address: '127.0.0.1',
    claimPort: base,
    adminPort: base + 1,
    metricsPort: base + 2,
    readinessPort: base + 3,
    httpProxyPort: base + 4,
  };
}

/**
 * The port where the sidecar takes calls for the workload's `servicePort`. It differs from the service port, because the same address
 * also carries the sidecar's outbound listeners, one per service port of the mesh. A block of ports has room for five.
 */
export function inboundPort(sockets: WorkloadSockets, servicePort: number, index: number): number {
  if (sockets.mode === 'ports') return sockets.claimPort + 5 + (index % 5);
  return servicePort + INBOUND_SHIFT <= 65_535 ? servicePort + INBOUND_SHIFT : servicePort - INBOUND_SHIFT;
}
