/** Active health checks of one cluster, done by another thread: its endpoints are as healthy as that thread says. */
import type { Endpoint, HealthCheckConfig } from '@weft/engine';
import type { HealthBoard, HealthNews } from '../workers/health-board.ts';
import type { HealthCheckerContext, HealthWatch } from './health-checker.ts';

export class HealthFollower implements HealthWatch {
  readonly config: HealthCheckConfig;
  firstRound = true;
  readonly #context: HealthCheckerContext;
  readonly #board: HealthBoard;
  readonly #endpoints = new Map<string, Endpoint>();

  constructor(config: HealthCheckConfig, context: HealthCheckerContext, board: HealthBoard) {
    this.config = config;
    this.#context = context;
    this.#board = board;
    board.watch(context.cluster.name, (news) => this.#take(news));
  }

  follow(endpoints: readonly Endpoint[]): void {
    for (const endpoint of this.#endpoints.values()) endpoint.checked = undefined;
    this.#endpoints.clear();
    for (const endpoint of endpoints) {
      if (endpoint.spec.healthCheck.disabled) continue;
      this.#endpoints.set(endpoint.key, endpoint);
      endpoint.checked = this.#board.get(this.#context.cluster.name, endpoint.key) === true ? 'healthy' : 'unhealthy';
    }
    this.#round();
  }

  #take({ endpoint: key, healthy, passed }: HealthNews): void {
    const endpoint = this.#endpoints.get(key);
    if (endpoint === undefined || healthy === undefined) return;
    const checked = healthy ? 'healthy' : 'unhealthy';
    if (endpoint.checked !== checked) {
      endpoint.checked = checked;
      if (healthy) endpoint.sinceMs = this.#context.cluster.loop.clock.monotonic();
      this.#context.onChange(endpoint);
    }
    if (passed) this.#context.onPassed(endpoint);
    this.#round();
  }

  #round(): void {
    if (!this.firstRound) return;
    const { name } = this.#context.cluster;
    for (const key of this.#endpoints.keys()) if (this.#board.get(name, key) === undefined) return;
    this.firstRound = false;
    this.#context.onFirstRound();
  }

  stop(): void {
    this.#board.unwatch(this.#context.cluster.name);
    for (const endpoint of this.#endpoints.values()) endpoint.checked = undefined;
    this.#endpoints.clear();
  }
}
