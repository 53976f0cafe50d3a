import { isJsonObject, type JsonObject, type JsonValue } from '@weft/config';

/** What a decoded spec says: without zero values, which mean the same as nothing, and with sorted keys. */
export function meaning(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each: unknown) => meaning(each) ?? {});
  if (typeof value !== 'object' || value === null) return isZero(value) ? undefined : value;
  const entries = Object.entries(value)
    .map(([key, each]) => [key, meaning(each)] as const)
    .filter(([, each]) => each !== undefined && !(Array.isArray(each) && each.length === 0))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** PASSTHROUGH is the zero value of a server's TLS mode. */
function isZero(value: unknown): boolean {
  return value === 0 || value === '' || value === false || value === undefined || value === 'PASSTHROUGH';
}

const WORDS: ReadonlySet<string> = new Set(['lastTransitionTime', 'message', 'observedGeneration']);
const SORTED: Readonly<Record<string, string>> = { conditions: 'type', listeners: 'name' };

/** A status without words for people and times, with conditions by type. */
export function statusMeaning(status: JsonValue | undefined, key = ''): unknown {
  if (Array.isArray(status)) {
    const list = status.map((each: JsonValue) => statusMeaning(each));
    const by = SORTED[key];
    return list
      .map((each) => [sortKey(each, by), each] as const)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([, each]) => each);
  }
  if (!isJsonObject(status)) return status;
  const kept = Object.entries(status as JsonObject).filter(([name]) => !WORDS.has(name));
  return Object.fromEntries(
    kept.map(([name, each]) => [name, statusMeaning(each, name)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function sortKey(value: unknown, by: string | undefined): string {
  if (by !== undefined && typeof value === 'object' && value !== null) return String(Reflect.get(value, by));
  return JSON.stringify(value);
}
