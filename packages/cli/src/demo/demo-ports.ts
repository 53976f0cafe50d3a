import type { ProxyPorts } from '../local/bootstrap.ts';
import { freePort, type WantedPort } from '../local/free-port.ts';
import { gatewayPorts } from '../local/gateway.ts';

export const HOST = '127.0.0.1';

/** The fixed ports of a control plane with one gateway on this machine. */
export interface DemoPorts {
  readonly gateway: number;
  readonly xds: number;
  readonly api: number;
  /** Added to every port that has no option of its own. */
  readonly offset: number;
  readonly gatewayProxy: ProxyPorts;
}

export interface PortChoice {
  readonly gateway: number | undefined;
  readonly xds: number | undefined;
  readonly api: number | undefined;
  readonly offset: number;
}

const DEFAULT_PORTS = { gateway: 8080, xds: 15_010, api: 15_016 };

/** The ports as chosen, or the usual ones moved by the offset. Port 0 becomes a free one; then the gateway's own ports are free ones too. */
export async function choosePorts(choice: PortChoice): Promise<DemoPorts> {
  const pick = async (chosen: number | undefined, usual: number): Promise<number> => {
    if (chosen === undefined) return usual + choice.offset;
    return chosen === 0 ? freePort(HOST) : chosen;
  };
  return {
    gateway: await pick(choice.gateway, DEFAULT_PORTS.gateway),
    xds: await pick(choice.xds, DEFAULT_PORTS.xds),
    api: await pick(choice.api, DEFAULT_PORTS.api),
    offset: choice.offset,
    gatewayProxy: choice.gateway === 0 ? await anyGatewayPorts() : gatewayPorts(choice.offset),
  };
}

async function anyGatewayPorts(): Promise<ProxyPorts> {
  const [adminPort, metricsPort, readinessPort] = await Promise.all([freePort(HOST), freePort(HOST), freePort(HOST)]);
  return { adminPort, metricsPort, readinessPort, httpProxyPort: 0 };
}

/** Every fixed port with its use and the option that chooses another. */
export function wantedPorts(ports: DemoPorts): readonly WantedPort[] {
  const offset = '--port-offset <number>';
  return [
    { host: HOST, port: ports.gateway, use: 'the gateway', option: '--gateway-port <port>' },
    { host: HOST, port: ports.xds, use: "the control plane's xDS", option: '--xds-port <port>' },
    { host: HOST, port: ports.api, use: "the control plane's API", option: '--api-port <port>' },
    { host: HOST, port: ports.gatewayProxy.adminPort, use: "the gateway's admin interface", option: offset },
    { host: HOST, port: ports.gatewayProxy.metricsPort, use: "the gateway's metrics", option: offset },
    { host: HOST, port: ports.gatewayProxy.readinessPort, use: "the gateway's readiness", option: offset },
  ];
}
