/** One number of proxies, measured from the start of a control plane to its end. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LOAD_CORE, PROXY_CORE } from '../../measure/running.ts';
import { cpuMicros } from '../../measure/usage.ts';
import { type Peer, type ServerCommand, type SimulatorCommand, startPeer } from './protocol.ts';
import type { Latency, Level } from './report.ts';

export interface LevelPlan {
  readonly proxies: number;
  readonly services: number;
  readonly endpoints: number;
  readonly changes: number;
  readonly changesPerSecond: number;
  readonly seconds: number;
}

interface Running {
  readonly server: Peer<ServerCommand>;
  readonly simulator: Peer<SimulatorCommand>;
}

export async function measureLevel(plan: LevelPlan): Promise<Level> {
  const [server, { port = 0 }] = await startPeer<ServerCommand>(
    join(import.meta.dirname, 'server-process.ts'),
    PROXY_CORE,
  );
  await using stack = new AsyncDisposableStack();
  stack.use(server);
  const [simulator] = await startPeer<SimulatorCommand>(join(import.meta.dirname, 'simulator-process.ts'), LOAD_CORE);
  stack.use(simulator);
  const { proxies, services, endpoints } = plan;
  const running = { server, simulator };
  await server.ask({ do: 'load', services, endpoints });
  const connecting = usage(server.pid);
  const { bytes = 0 } = await simulator.ask({ do: 'connect', port, proxies, services });
  await server.ask({ do: 'settle', proxies });
  const connected = usage(server.pid);
  await delay(2_000);
  const idle = usage(server.pid);
  const endpoint = await changes(running, 'endpoint', plan.changes, proxies);
  const virtualService = await changes(running, 'virtual-service', plan.changes, proxies);
  const sustained = await sustain(running, plan);
  const before = usage(server.pid);
  await simulator.ask({ do: 'reconnect' });
  await server.ask({ do: 'settle', proxies });
  const after = usage(server.pid);
  return {
    proxies,
    connectSeconds: (connected.at - connecting.at) / 1e6,
    connectCpuSeconds: (connected.cpu - connecting.cpu) / 1e6,
    connectMegabytes: bytes / 1e6,
    idleCores: (idle.cpu - connected.cpu) / (idle.at - connected.at),
    residentMib: memory(server.pid, 'VmRSS'),
    peakMib: memory(server.pid, 'VmHWM'),
    endpoint,
    virtualService,
    sustained,
    reconnectSeconds: (after.at - before.at) / 1e6,
  };
}

interface Usage {
  readonly at: number;
  readonly cpu: number;
}

function usage(pid: number): Usage {
  return { at: performance.now() * 1_000, cpu: cpuMicros(pid) };
}

/** MiB, as proc(5) has it. */
function memory(pid: number, name: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** One change after the other, each waited for. The CPU is that of one change. */
async function changes(
  { server, simulator }: Running,
  what: 'endpoint' | 'virtual-service',
  count: number,
  proxies: number,
): Promise<Latency & { readonly cpuMs: number }> {
  const times: number[] = [];
  const before = usage(server.pid);
  for (let change = 1; change <= count; change++) {
    await simulator.ask({ do: 'expect', mark: what === 'endpoint' ? 'endpoint' : 'route', first: change, changes: 1 });
    const { at = 0 } = await server.ask({ do: what, change });
    const { seen = [] } = await simulator.ask({ do: 'seen' });
    for (const time of seen[0] ?? []) times.push(time - at);
    await server.ask({ do: 'settle', proxies });
  }
  return { ...latency(times), cpuMs: (usage(server.pid).cpu - before.cpu) / 1_000 / count };
}

async function sustain({ server, simulator }: Running, plan: LevelPlan): Promise<Level['sustained']> {
  const { changesPerSecond: perSecond, seconds, proxies } = plan;
  const first = 1_000;
  const before = usage(server.pid);
  await simulator.ask({ do: 'expect', mark: 'endpoint', first, changes: perSecond * seconds });
  const { written = [] } = await server.ask({ do: 'sustain', first, perSecond, seconds });
  const { seen = [] } = await simulator.ask({ do: 'seen' });
  await server.ask({ do: 'settle', proxies });
  const after = usage(server.pid);
  const times = seen.flatMap((all, change) => all.map((time) => time - (written[change] ?? 0)));
  return { ...latency(times), cores: (after.cpu - before.cpu) / (after.at - before.at) };
}

function latency(micros: readonly number[]): Latency {
  const sorted = Float64Array.from(micros).sort();
  const at = (share: number): number => (sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN) / 1_000;
  return { p50Ms: at(0.5), p99Ms: at(0.99), lastMs: at(1) };
}
