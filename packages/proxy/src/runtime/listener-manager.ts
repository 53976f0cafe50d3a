/** Listeners: compiled, warmed (their routes and secrets must be there), bound, swapped in. A refused update leaves the last good one serving. */
import type { Issue, Timer } from '@weft/base';
import { addressKey, compileListener, Issues, type Listener } from '@weft/engine';
import type { Listener as ListenerMessage } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import type { HostPort } from '../bootstrap/bootstrap.ts';
import { type CompiledListener, compileChains } from '../listener/compiled-listener.ts';
import { ListenerServer, sharesPort } from '../listener/listener-server.ts';
import { listenerStats } from '../telemetry/listener-stats.ts';
import type { Outcome } from './cluster-manager.ts';
import type { ProxyContext } from './proxy-context.ts';

const ACCEPTED: Outcome = [];
/** How long after a failure an address is tried again. */
const BIND_RETRY_MS = 5000;

export class ListenerManager {
  readonly #context: () => ProxyContext;
  readonly #servers = new Map<string, ListenerServer>();
  readonly #warming = new Map<string, CompiledListener>();
  readonly #draining = new Set<ListenerServer>();
  readonly #onBind: (name: string, failure: Issue | undefined) => void;
  readonly #binding = new Set<Promise<void>>();
  /** Listeners whose address could not be had, waiting for another try. */
  readonly #retries = new Map<string, Timer>();

  /** `onBind` hears of every listener that is bound, and of those that could not be. */
  constructor(context: () => ProxyContext, onBind: (name: string, failure: Issue | undefined) => void) {
    this.#context = context;
    this.#onBind = onBind;
  }

  get warming(): number {
    return this.#warming.size;
  }

  isWarming(name: string): boolean {
    return this.#warming.has(name);
  }

  warmingNames(): readonly string[] {
    return [...this.#warming.keys()];
  }

  all(): readonly ListenerServer[] {
    return [...this.#servers.values()];
  }

  nameOf(server: ListenerServer): string {
    return server.current.listener.name;
  }

  /** The RDS names that listeners in force or warming follow. */
  routeNames(): readonly string[] {
    const compiled = [...this.all().map((server) => server.current), ...this.#warming.values()];
    return [...new Set(compiled.flatMap((listener) => listener.routeNames))];
  }

  /** The SDS names that listeners in force or warming use. */
  secretNames(): readonly string[] {
    const compiled = [...this.all().map((server) => server.current), ...this.#warming.values()];
    return [...new Set(compiled.flatMap((listener) => listener.secretNames))];
  }

  put(message: ListenerMessage): Outcome {
    const compiled = compileListener(message);
    if (!compiled.ok) return compiled.issues;
    const unshared = this.#refusePortChoice(compiled.value);
    if (unshared.length > 0) return unshared;
    const chains = compileChains(compiled.value, this.#context());
    if (!chains.ok) return chains.issues;
    this.#warming.set(compiled.value.name, chains.value);
    this.settle();
    return ACCEPTED;
  }

  /** Each thread would be given another port by the system. */
  #refusePortChoice(listener: Listener): Outcome {
    const { address } = listener;
    if (this.#context().place.count === 1 || address.kind === 'pipe' || address.port !== 0) return ACCEPTED;
    const issues = new Issues(`Listener ${listener.name}`);
    issues.error('address.socket_address.port_value', 'unsupported-value', 'is 0', 'a port, with concurrency above 1');
    return issues.list;
  }

  /** Puts into force every warming listener whose routes and secrets have arrived. */
  settle(): void {
    const { routes, secrets } = this.#context();
    for (const [name, compiled] of [...this.#warming]) {
      if (compiled.routeNames.some((route) => routes(route).current === undefined)) continue;
      if (compiled.secretNames.some((secret) => secrets.pending(secret))) continue;
      this.#warming.delete(name);
      this.#forgetRetry(name);
      this.#activate(name, compiled);
    }
  }

  #activate(name: string, compiled: CompiledListener): void {
    const existing = this.#servers.get(name);
    if (existing !== undefined && sameSocket(existing, compiled)) {
      existing.replace(compiled);
      return;
    }
    const { loop, stats, logger, overload } = this.#context();
    const key = addressKey(compiled.listener.address).replace(/:(\d+)$/, '_$1');
    const prefix = compiled.listener.statPrefix === '' ? key : compiled.listener.statPrefix;
    const server = new ListenerServer(
      compiled,
      loop,
      listenerStats(stats, prefix),
      logger.with({ listener: name }),
      overload,
      (destination) => this.#byDestination(destination),
    );
    if (existing !== undefined) this.#retire(existing);
    this.#servers.set(name, server);
    const { place } = this.#context();
    // A socket that cannot be shared is the first thread's.
    if (!compiled.listener.bindToPort || (place.index > 0 && !sharesPort(compiled.listener))) return;
    const bound = server.bind(place.inheritance.take(server.key)).then(
      () => {
        logger.info('listening', { listener: name, address: addressKey(compiled.listener.address) });
        this.#onBind(name, undefined);
      },
      (error: Error) => this.#bindFailed(name, server, error),
    );
    const settled = bound.finally(() => this.#binding.delete(settled));
    this.#binding.add(settled);
  }

  #bindFailed(name: string, server: ListenerServer, error: Error): void {
    if (this.#servers.get(name) !== server) return;
    this.#servers.delete(name);
    const { listener } = server.current;
    const issues = new Issues(`Listener ${name}`);
    issues.error(
      'address',
      'bind-failed',
      `cannot listen on ${addressKey(listener.address)}: ${error.message}`,
      'an address that is free on this machine',
    );
    const retry = this.#context().clock.after(BIND_RETRY_MS, () => {
      this.#retries.delete(name);
      this.#activate(name, server.current);
    });
    this.#retries.set(name, retry);
    for (const issue of issues.list) this.#onBind(name, issue);
  }

  /** By the exact address, else by the port on any address of the same kind (Envoy, ConnectionHandlerImpl::getBalancedHandlerByAddress). */
  #byDestination({ host, port }: HostPort): ListenerServer | undefined {
    const any = host.includes(':') ? '::' : '0.0.0.0';
    let wildcard: ListenerServer | undefined;
    for (const server of this.#servers.values()) {
      const { address, dualStack } = server.current.listener;
      if (address.kind === 'pipe' || address.port !== port || !server.accepting) continue;
      if (address.host === host) return server;
      if (address.host === any) wildcard = server;
      else if (address.host === '::' && dualStack) wildcard ??= server;
    }
    return wildcard;
  }

  #forgetRetry(name: string): void {
    this.#retries.get(name)?.cancel();
    this.#retries.delete(name);
  }

  /** Resolves when every bind that was begun has succeeded or failed. */
  async bound(): Promise<void> {
    while (this.#binding.size > 0) await Promise.all(this.#binding);
  }

  #retire(server: ListenerServer): void {
    this.#draining.add(server);
    void server.drain().then(() => this.#draining.delete(server));
  }

  get draining(): number {
    return this.#draining.size;
  }

  remove(name: string): void {
    this.#warming.delete(name);
    this.#forgetRetry(name);
    const server = this.#servers.get(name);
    if (server === undefined) return;
    this.#servers.delete(name);
    this.#retire(server);
  }

  /** From now on answers close their connections. */
  discourage(inboundOnly: boolean): void {
    for (const server of this.#which(inboundOnly)) server.discourage();
  }

  /** Stops accepting everywhere; what is open goes on. */
  async stopAccepting(): Promise<void> {
    this.#warming.clear();
    await Promise.all(this.all().map((server) => server.stopAccepting()));
  }

  /** Stops accepting; resolves when the last connection has ended, also of listeners that were removed before. */
  async drain(inboundOnly: boolean): Promise<void> {
    this.#warming.clear();
    const leaving = inboundOnly ? [] : this.#draining;
    await Promise.all([...this.#which(inboundOnly), ...leaving].map((server) => server.drain()));
  }

  /** Resolves when no connection is open. */
  async idle(): Promise<void> {
    await Promise.all([...this.all(), ...this.#draining].map((server) => server.idle()));
  }

  #which(inboundOnly: boolean): readonly ListenerServer[] {
    return this.all().filter((server) => !inboundOnly || server.current.listener.direction === 'inbound');
  }

  /** Closes every connection that has nothing to do, and those at work with their answers. */
  shed(): void {
    for (const server of this.all()) server.shed();
  }

  destroy(): void {
    for (const name of [...this.#retries.keys()]) this.#forgetRetry(name);
    for (const server of this.all()) server.destroy();
    for (const server of this.#draining) server.destroy();
  }
}

/** Whether `compiled` can go on with the socket of `server`, or with its having none. */
function sameSocket({ key, current }: ListenerServer, { listener }: CompiledListener): boolean {
  const { bindToPort, transparent } = current.listener;
  return (
    key === addressKey(listener.address) && bindToPort === listener.bindToPort && transparent === listener.transparent
  );
}
