/** Values of the Common Expression Language (cel-spec, "Values"), as far as attributes of requests have them. Numbers are one kind, doubles. */

export type CelValue = null | boolean | number | string | readonly CelValue[] | CelMap | CelTime;

/** Anything with keys: headers, metadata, a group of attributes. */
export interface CelMap {
  readonly kind: 'map';
  /** Undefined when there is no such key. */
  get(key: string): CelValue | undefined;
  keys(): readonly string[];
}

/** A length of time, or a point in it since the epoch, in milliseconds. */
export interface CelTime {
  readonly kind: 'duration' | 'timestamp';
  readonly ms: number;
}

/** A JSON value (metadata) as CEL sees it. */
export function celOf(json: unknown): CelValue {
  if (json === null || json === undefined) return null;
  if (typeof json === 'boolean' || typeof json === 'number' || typeof json === 'string') return json;
  if (Array.isArray(json)) return json.map(celOf);
  const fields = json as Readonly<Record<string, unknown>>;
  return {
    kind: 'map',
    get: (key) => (Object.hasOwn(fields, key) ? celOf(fields[key]) : undefined),
    keys: () => Object.keys(fields),
  };
}

export function isMap(value: CelValue): value is CelMap {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'map';
}

export function isTime(value: CelValue): value is CelTime {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind !== 'map';
}

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, us: 1e-3, ns: 1e-6 };

/** `1h30m`, `-0.5s`; undefined when it is none. */
export function durationOf(text: string): CelTime | undefined {
  const match = /^(-?)((?:\d+(?:\.\d+)?(?:h|ms|m|s|us|ns))+)$/.exec(text);
  if (match === null) return undefined;
  let ms = 0;
  for (const [, count, unit] of (match[2] ?? '').matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|ns)/g))
    ms += Number(count) * (UNIT_MS[unit ?? ''] ?? 0);
  return { kind: 'duration', ms: match[1] === '-' ? -ms : ms };
}
