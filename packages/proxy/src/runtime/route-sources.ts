import type { RouteSource } from '../hcm/connection-manager.ts';

/** One holder per RDS name: whoever names the same routes sees the same table, and an update reaches all of them at once. */
export class RouteSources {
  readonly #sources = new Map<string, RouteSource>();

  get(name: string): RouteSource {
    const known = this.#sources.get(name);
    if (known !== undefined) return known;
    const made: RouteSource = { name, current: undefined };
    this.#sources.set(name, made);
    return made;
  }
}
