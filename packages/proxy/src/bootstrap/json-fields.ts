/** Reading parsed JSON strictly: every problem is collected with its path, unknown fields included. */
import type { Issue } from '@weft/base';
import { suggest } from '@weft/base';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One object being read. `end()` reports the fields that nobody asked for. */
export class JsonFields {
  readonly #object: JsonObject;
  readonly #at: string;
  readonly #issues: Issue[];
  readonly #known: string[] = [];

  constructor(value: unknown, at: string, issues: Issue[]) {
    this.#at = at;
    this.#issues = issues;
    this.#object = isObject(value) ? value : {};
    if (!isObject(value)) this.report('', 'not an object', 'an object');
  }

  path(name: string): string {
    return this.#at === '' ? name : `${this.#at}.${name}`;
  }

  report(name: string, message: string, expected: string, hint?: string): void {
    const at = name === '' ? this.#at : this.path(name);
    this.#issues.push({
      severity: 'error',
      code: 'invalid-bootstrap',
      at,
      message,
      expected,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  /** The value of `name` in snake_case, or in lowerCamelCase: proto JSON allows both. */
  take(name: string): unknown {
    this.#known.push(name);
    const camel = name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    if (camel !== name) this.#known.push(camel);
    return this.#object[name] ?? this.#object[camel];
  }

  object(name: string): JsonFields | undefined {
    const value = this.take(name);
    return value === undefined ? undefined : new JsonFields(value, this.path(name), this.#issues);
  }

  text(name: string): string | undefined {
    const value = this.take(name);
    if (value === undefined || typeof value === 'string') return value;
    this.report(name, `${JSON.stringify(value)} is not text`, 'text');
    return undefined;
  }

  list(name: string): readonly unknown[] {
    const value = this.take(name);
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    this.report(name, 'not a list', 'a list');
    return [];
  }

  end(): void {
    for (const key of Object.keys(this.#object)) {
      if (this.#known.includes(key)) continue;
      const near = suggest(key, this.#known);
      this.report(
        key,
        'this field is unknown or not supported',
        `one of ${this.#known.filter((name) => !/[A-Z]/.test(name)).join(', ')}`,
        near === undefined ? undefined : `did you mean ${near}?`,
      );
    }
  }
}
