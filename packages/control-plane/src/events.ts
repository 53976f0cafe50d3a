import type { ControlPlaneEvent } from './control-plane.ts';

/** Those who want to hear what happens. */
export class Events {
  readonly #listeners = new Set<(event: ControlPlaneEvent) => void>();

  on(listener: (event: ControlPlaneEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: ControlPlaneEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
