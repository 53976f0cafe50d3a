/**
 * The parts of a proxy that are loaded when configuration names them or somebody asks for them: what most sidecars never need is not in
 * their memory. One row a part; everything else in this package is loaded at the start (docs/decisions/0151).
 */
interface OnDemand {
  /** Admin paths that print whole messages, and the printer, which needs the bootstrap's message. */
  readonly configDump: () => Promise<typeof import('./admin/config-dump.ts')>;
  readonly messagePrinter: () => Promise<typeof import('./admin/message-json.ts')>;
  /** Several threads. */
  readonly workers: () => Promise<typeof import('./workers/worker-plane.ts')>;
  /** Answering DNS for the application. */
  readonly dns: () => Promise<typeof import('./dns/open-dns.ts')>;
  /** Probing the application. */
  readonly probe: () => Promise<typeof import('./workload-health/run-probe.ts')>;
  /** Asking endpoints for their health. */
  readonly healthChecks: () => Promise<typeof import('./cluster/endpoint-check.ts')>;
  /** Keeping accepted configuration on disk. */
  readonly lastGood: () => Promise<typeof import('./last-good/last-good.ts')>;
}

export const ON_DEMAND: OnDemand = {
  configDump: () => import('./admin/config-dump.ts'),
  messagePrinter: () => import('./admin/message-json.ts'),
  workers: () => import('./workers/worker-plane.ts'),
  dns: () => import('./dns/open-dns.ts'),
  probe: () => import('./workload-health/run-probe.ts'),
  healthChecks: () => import('./cluster/endpoint-check.ts'),
  lastGood: () => import('./last-good/last-good.ts'),
};

/** Loads all of them, for who fills a compile cache: a part that is not in it would bring the type stripper into memory. */
export async function loadOnDemandParts(): Promise<void> {
  await Promise.all(Object.values(ON_DEMAND).map((load) => load()));
}
