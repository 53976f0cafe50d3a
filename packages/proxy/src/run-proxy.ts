import type { Clock, LogControl, Logger, Random } from '@weft/base';
import type { Bootstrap, HostPort } from './bootstrap/bootstrap.ts';

/** Everything the data plane takes from outside. Sockets are the only effect it opens itself. */
export interface ProxyDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The level that the admin path `/logging` reads and changes. */
  readonly logControl: LogControl;
  /** Access logs whose path is `/dev/stdout`. */
  readonly stdout: (text: string) => void;
  /** Access logs whose path is `/dev/stderr`. */
  readonly stderr: (text: string) => void;
  /** What `/server_info` reports and what xDS is told (`user_agent_version`). */
  readonly version: string;
}

/** A listener that is bound, as `/listeners` shows it. */
export interface BoundListener {
  readonly name: string;
  /** The address in use: with configured port 0, the port the system chose. */
  readonly address: HostPort;
}

/** A running data plane. */
export interface Proxy {
  /**
   * Settles once the first configuration is live: static resources are bound, and, with a control plane, the first clusters and
   * listeners have been accepted. Rejects when a static resource is wrong or a static listener cannot be bound.
   */
  readonly ready: Promise<void>;
  /** The admin interface's bound address; undefined before `ready` or without one. */
  readonly adminAddress: HostPort | undefined;
  listeners(): readonly BoundListener[];
  /**
   * Stops accepting, answers with `connection: close`, waits until streams in flight have ended or `deadlineMs` has passed, then
   * destroys what is left and closes. Calling it twice returns the same promise.
   */
  drain(deadlineMs: number): Promise<void>;
  /** Destroys every connection and listener now. */
  close(): Promise<void>;
}

/** Starts a data plane from a decoded bootstrap. Returns at once; `ready` tells when it serves. */
export function runProxy(bootstrap: Bootstrap, deps: ProxyDeps): Proxy {
  throw new Error(`not started: ${bootstrap.node.id} ${deps.version}`);
}
