/** The table people read. */

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly lastMs: number;
}

/** One number of proxies. */
export interface Level {
  readonly proxies: number;
  readonly connectSeconds: number;
  readonly connectCpuSeconds: number;
  readonly connectMegabytes: number;
  readonly idleCores: number;
  readonly residentMib: number;
  readonly peakMib: number;
  readonly endpoint: Latency & { readonly cpuMs: number };
  readonly virtualService: Latency & { readonly cpuMs: number };
  readonly sustained: Latency & { readonly cores: number };
  readonly reconnectSeconds: number;
}

export interface SnapshotTimes {
  readonly services: number;
  readonly firstMs: number;
  readonly changeMs: number;
}

export interface ControlPlaneResult {
  readonly services: number;
  readonly endpoints: number;
  readonly changesPerSecond: number;
  readonly levels: readonly Level[];
  readonly snapshot: SnapshotTimes;
}

interface Goal {
  readonly what: string;
  readonly unit: string;
  readonly atMost: number;
  of(level: Level): number;
}

const GOALS: readonly Goal[] = [
  { what: 'CPU under endpoint changes', unit: 'cores', atMost: 1, of: (level) => level.sustained.cores },
  { what: 'resident memory at the highest', unit: 'MiB', atMost: 1_431, of: (level) => level.peakMib },
  { what: 'endpoint change to a proxy, p99', unit: 'ms', atMost: 1_000, of: (level) => level.endpoint.p99Ms },
  {
    what: 'VirtualService change to the last proxy',
    unit: 'ms',
    atMost: 1_500,
    of: (level) => level.virtualService.lastMs,
  },
  { what: 'reconnect of everybody', unit: 's', atMost: 30, of: (level) => level.reconnectSeconds },
];

const n = (value: number, digits = 0): string => value.toFixed(digits);

function row(level: Level): string {
  const latency = ({ p50Ms, p99Ms, lastMs }: Latency): string => `${n(p50Ms)} / ${n(p99Ms)} / ${n(lastMs)}`;
  const cells = [
    n(level.proxies),
    n(level.connectSeconds, 1),
    n(level.idleCores, 2),
    n(level.residentMib),
    n(level.peakMib),
    latency(level.endpoint),
    n(level.endpoint.cpuMs),
    latency(level.virtualService),
    n(level.virtualService.cpuMs),
    latency(level.sustained),
    n(level.sustained.cores, 2),
    n(level.reconnectSeconds, 1),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Where something costs a proxy more than 1.3 times what it cost at the level before. */
function bends(levels: readonly Level[]): readonly string[] {
  const costs: readonly (readonly [string, (level: Level) => number])[] = [
    ['first connection', (level) => level.connectCpuSeconds],
    ['memory', (level) => level.peakMib],
    ['endpoint change', (level) => level.endpoint.cpuMs],
    ['VirtualService change', (level) => level.virtualService.cpuMs],
    ['reconnect', (level) => level.reconnectSeconds],
  ];
  return costs.map(([what, of]) => {
    const growth = levels.slice(1).map((level, index) => {
      const before = levels[index] ?? level;
      const ratio = of(level) / level.proxies / (of(before) / before.proxies);
      return `${before.proxies} → ${level.proxies} ×${n(ratio, 2)}${ratio > 1.3 ? ' (bends)' : ''}`;
    });
    return `- ${what}, cost a proxy: ${growth.join(', ')}`;
  });
}

export function markdown(result: ControlPlaneResult, head: string, command: string): string {
  const { levels, snapshot, services, endpoints, changesPerSecond } = result;
  const last = levels.at(-1);
  const verdicts = GOALS.map((goal) => {
    if (last === undefined) return '';
    const value = goal.of(last);
    const verdict = value <= goal.atMost ? 'met' : 'missed';
    return `- ${goal.what}, ${last.proxies} proxies: ${n(value, goal.unit === 'ms' || goal.unit === 'MiB' ? 0 : 2)} ${goal.unit} (goal: at most ${goal.atMost}; ${verdict})`;
  });
  return `# Control plane: ${services} services of ${endpoints} endpoints

${head}

The control plane has one core, all simulated proxies the other. Each proxy has a delta ADS stream of its own, 50 to a connection, and
acknowledges everything. Services are in 20 namespaces, see each other, and listen on ten ports; every tenth has a VirtualService.
Changes are written into the store; times run until the bytes are at the proxy, the debounce of 100 ms included. Latencies are p50 / p99 / last in ms.

| proxies | first connection s | idle cores | resident MiB | highest MiB | endpoint change | CPU ms | VirtualService change | CPU ms | ${changesPerSecond} endpoint changes/s | cores | reconnect s |
|---|---|---|---|---|---|---|---|---|---|---|---|
${levels.map(row).join('\n')}

Snapshot of ${snapshot.services} services: first ${n(snapshot.firstMs)} ms (goal: 2000), after one changed ${n(snapshot.changeMs)} ms (goal: 20).

${verdicts.join('\n')}

Where it bends (cost of one proxy against the row before; 1 is linear):

${bends(levels).join('\n')}

Again: \`${command}\`
`;
}
