import { clone, type DescMessage, type Message } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';

/**
 * Merges `from` into `into` as Istio does (pkg/proto/merge): scalars that are set replace, messages merge, lists grow at the end, map
 * entries replace, and a duration is one value. What has its zero value counts as not set, so a patch cannot turn `true` into `false`.
 * `replaceLists` is MERGE_AND_REPLACE_LIST: a list that `from` has replaces the other.
 */
export function mergeMessage(schema: DescMessage, into: Message, from: Message, replaceLists: boolean): void {
  merge(reflect(schema, into), reflect(schema, clone(schema, from)), replaceLists);
}

const WHOLE: ReadonlySet<string> = new Set(['google.protobuf.Duration']);

function merge(into: ReflectMessage, from: ReflectMessage, replaceLists: boolean): void {
  for (const field of from.fields) {
    if (!from.isSet(field)) continue;
    switch (field.fieldKind) {
      case 'list': {
        const list = into.get(field);
        if (replaceLists) list.clear();
        for (const item of from.get(field)) list.add(item);
        break;
      }
      case 'map': {
        const map = into.get(field);
        for (const [key, value] of from.get(field)) map.set(key, value);
        break;
      }
      case 'message': {
        if (into.isSet(field) && !WHOLE.has(field.message.typeName)) {
          const inner = into.get(field);
          merge(inner, from.get(field), replaceLists);
          into.set(field, inner);
        } else into.set(field, from.get(field));
        break;
      }
      default:
        into.set(field, from.get(field));
    }
  }
  const unknown = from.getUnknown();
  if (unknown !== undefined && unknown.length > 0) into.setUnknown([...(into.getUnknown() ?? []), ...unknown]);
}
