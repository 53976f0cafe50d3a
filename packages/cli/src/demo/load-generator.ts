import { Agent, get } from 'node:http';
import type { Clock, Timer } from '@weft/base';

/** What the load has seen so far. */
export interface LoadCounts {
  readonly sent: number;
  readonly failed: number;
  /** Answers by version of orders. */
  readonly versions: ReadonlyMap<string, number>;
}

interface LoadTarget {
  readonly port: number;
  readonly host: string;
  readonly path: string;
}

/** Sends requests at a steady rate through the gateway and counts which version of orders took part. Switched on and off at any time. */
export class LoadGenerator {
  readonly #clock: Clock;
  readonly #target: LoadTarget;
  readonly #rate: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });
  readonly #versions = new Map<string, number>();
  #sent = 0;
  #failed = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, target: LoadTarget, requestsPerSecond: number) {
    this.#clock = clock;
    this.#target = target;
    this.#rate = requestsPerSecond;
  }

  get running(): boolean {
    return this.#timer !== undefined;
  }

  get counts(): LoadCounts {
    return { sent: this.#sent, failed: this.#failed, versions: new Map(this.#versions) };
  }

  start(): void {
    this.#timer ??= this.#clock.every(1000 / this.#rate, () => this.#send());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Stops and closes the connections. */
  close(): void {
    this.stop();
    this.#agent.destroy();
  }

  #send(): void {
    const { host, path, port } = this.#target;
    this.#sent++;
    const request = get({ host: '127.0.0.1', port, path, agent: this.#agent, headers: { host } }, (response) => {
      response.setEncoding('utf8');
      let text = '';
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => this.#finish(response.statusCode ?? 0, text));
      response.on('error', () => this.#failed++);
    });
    request.on('error', () => {
      // Closing the generator ends requests in flight; those did not fail.
      if (this.running) this.#failed++;
    });
  }

  #finish(status: number, text: string): void {
    if (status !== 200) {
      this.#failed++;
      return;
    }
    const version = versionOf(JSON.parse(text), 'orders');
    if (version !== undefined) this.#versions.set(version, (this.#versions.get(version) ?? 0) + 1);
  }
}

/** The version of a service anywhere in an answer of the shop. */
export function versionOf(answer: unknown, service: string): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  if ('service' in answer && answer.service === service && 'version' in answer) return String(answer.version);
  if (!('calls' in answer) || !Array.isArray(answer.calls)) return undefined;
  for (const call of answer.calls) {
    const found = versionOf(call, service);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `orders v1 91 %, v2 9 %` of what was counted since `before`. */
export function describeSplit(now: LoadCounts, before: LoadCounts | undefined): string {
  const fresh = [...now.versions].map(([version, n]) => [version, n - (before?.versions.get(version) ?? 0)] as const);
  const total = fresh.reduce((sum, [, n]) => sum + n, 0);
  if (total === 0) return 'no answers yet';
  const shares = fresh.sort().map(([version, n]) => `${version} ${Math.round((n / total) * 100)} %`);
  return `orders ${shares.join(', ')}`;
}
