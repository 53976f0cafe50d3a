/** Secrets by name, from the bootstrap or SDS. A TLS context asks for them when it is used, so that a rotation needs no new configuration. */
import type { Secret } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb';

export class SecretStore {
  readonly #secrets = new Map<string, Secret>();
  /** Grows with every change: who derived something from secrets compares it. */
  generation = 0;

  get(name: string): Secret | undefined {
    return this.#secrets.get(name);
  }

  put(secret: Secret): void {
    this.#secrets.set(secret.name, secret);
    this.generation++;
  }

  remove(name: string): void {
    if (this.#secrets.delete(name)) this.generation++;
  }
}
