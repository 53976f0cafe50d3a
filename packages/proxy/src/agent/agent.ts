/**
 * What Istio's agent does beside Envoy and our proxy does itself: answers DNS for its clients and probes its application. Each part is loaded
 * only when the node asks for it.
 */
import type { Clock, Logger, Random } from '@weft/base';
import type { AdsClient, AdsHandler } from '@weft/xds/client';
import type { Node } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import type { RunningDns } from '../dns/open-dns.ts';
import { ON_DEMAND } from '../on-demand.ts';
import type { StatsRegistry } from '../telemetry/registry.ts';
import type { RunningProbe } from '../workload-health/run-probe.ts';

export interface AgentDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly stats: StatsRegistry;
}

export interface Agent {
  /** Takes what is meant for the agent; the rest goes to `inner`. */
  handler(inner: AdsHandler): AdsHandler;
  /** Asks for what the agent needs, and reports. */
  follow(client: AdsClient): void;
  close(): Promise<void>;
}

/** Undefined when the node asks for neither: `DNS_CAPTURE` is `true`, `PROXY_CONFIG.readinessProbe` is there. */
export async function openAgent(node: Node, deps: AgentDeps): Promise<Agent | undefined> {
  const metadata = node.metadata ?? {};
  const wantsDns = String(metadata['DNS_CAPTURE'] ?? '') === 'true';
  const probe = probeOf(metadata['PROXY_CONFIG']);
  if (!wantsDns && probe === undefined) return undefined;
  const dns = wantsDns ? (await ON_DEMAND.dns()).openDns(node, deps) : undefined;
  const health = probe === undefined ? undefined : await ON_DEMAND.probe();
  // Without interception applications listen beside the proxy's address, on the one that only this machine has.
  const host = metadata['INTERCEPTION_MODE'] === 'NONE' ? '127.0.0.1' : (node.id.split('~')[1] ?? '');
  return new RunningAgent(dns, (report) => health?.runProbe(probe, host, deps, report));
}

function probeOf(proxyConfig: unknown): unknown {
  const isObject = typeof proxyConfig === 'object' && proxyConfig !== null;
  return isObject && 'readinessProbe' in proxyConfig ? proxyConfig.readinessProbe : undefined;
}

type StartProbe = (report: (problem: string | undefined) => void) => RunningProbe | undefined;

class RunningAgent implements Agent {
  readonly #dns: RunningDns | undefined;
  readonly #startProbe: StartProbe;
  #probe: RunningProbe | undefined;

  constructor(dns: RunningDns | undefined, startProbe: StartProbe) {
    this.#dns = dns;
    this.#startProbe = startProbe;
  }

  handler(inner: AdsHandler): AdsHandler {
    const dns = this.#dns;
    if (dns === undefined) return inner;
    return {
      update(update) {
        if (update.kind !== 'nameTable') return inner.update(update);
        for (const { message } of update.resources) dns.use(message);
        return [];
      },
      connected: () => inner.connected?.(),
      disconnected: (reason, retryInMs) => inner.disconnected?.(reason, retryInMs),
    };
  }

  follow(client: AdsClient): void {
    if (this.#dns !== undefined) client.subscribe('nameTable', '*');
    this.#probe = this.#startProbe((problem) => client.reportHealth(problem));
  }

  async close(): Promise<void> {
    this.#probe?.close();
    await this.#dns?.close();
  }
}
