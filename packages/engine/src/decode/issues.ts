import type { Decoded, Issue } from '@weft/base';
import { hasErrors } from '@weft/base';

/** Gathers everything that is wrong with one xDS resource, so that a NACK names all of it. Paths use the proto's field names. */
export class Issues {
  readonly #list: Issue[] = [];
  readonly #resource: string;

  /** `resource` is what the text begins with: `RouteConfiguration http.8080`. */
  constructor(resource: string) {
    this.#resource = resource;
  }

  error(at: string, code: string, message: string, expected?: string): void {
    const issue: Issue = { severity: 'error', code, at, message, resource: this.#resource };
    this.#list.push(expected === undefined ? issue : { ...issue, expected });
  }

  /** Takes over the issues of a part that was decoded elsewhere. */
  adopt(issues: readonly Issue[]): void {
    for (const issue of issues) this.#list.push({ ...issue, resource: this.#resource });
  }

  end<T>(value: T): Decoded<T> {
    return hasErrors(this.#list) ? { ok: false, issues: this.#list } : { ok: true, value, issues: this.#list };
  }

  get list(): readonly Issue[] {
    return this.#list;
  }
}
