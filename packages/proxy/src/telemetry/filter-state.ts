/** Objects that Envoy's filters leave in the filter state, as far as this proxy knows the same facts. */
import type { AccessRecord } from './access-record.ts';

/** Text of an object, and its fields; undefined while the object does not exist. */
interface StateObject {
  text(record: AccessRecord): string | undefined;
  readonly fields: Readonly<Record<string, (record: AccessRecord) => string>>;
}

const OBJECTS: Readonly<Record<string, StateObject>> = {
  // grpc_stats.v3.FilterConfig.emit_filter_state
  'envoy.filters.http.grpc_stats': {
    text: ({ requestMessages, responseMessages }) =>
      requestMessages + responseMessages === 0 ? undefined : `${requestMessages},${responseMessages}`,
    fields: {
      request_message_count: (record) => String(record.requestMessages),
      response_message_count: (record) => String(record.responseMessages),
    },
  },
};

const FILTER_STATE_KEYS: readonly string[] = Object.keys(OBJECTS);

/** Names the fault of `(KEY)`, `(KEY:PLAIN)` or `(KEY:FIELD:name)`, if it has one. */
export function filterStateProblem(path: readonly string[]): string | undefined {
  const [key = '', form = 'PLAIN', field = ''] = path;
  const object = Object.hasOwn(OBJECTS, key) ? OBJECTS[key] : undefined;
  if (object === undefined) return `nothing here sets ${key}; known are ${FILTER_STATE_KEYS.join(', ')}`;
  if (form === 'PLAIN') return undefined;
  if (form !== 'FIELD') return `${form} is no form of a filter state object here: PLAIN, or FIELD with a name`;
  if (Object.hasOwn(object.fields, field)) return undefined;
  return `${key} has no field ${field}; it has ${Object.keys(object.fields).join(', ')}`;
}

export function filterState(record: AccessRecord, path: readonly string[]): string | undefined {
  const object = OBJECTS[path[0] ?? ''];
  const text = object?.text(record);
  if (text === undefined || path[1] !== 'FIELD') return text;
  return object?.fields[path[2] ?? '']?.(record);
}
