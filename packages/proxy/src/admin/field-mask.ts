import type { JsonObject, JsonValue } from '@bufbuild/protobuf';

/** The fields to keep, as a tree; an empty tree keeps everything below. */
type MaskTree = Map<string, MaskTree>;

function tree(mask: string): MaskTree {
  const root: MaskTree = new Map();
  for (const path of mask.split(',')) {
    let node = root;
    for (const part of path.trim().split('.')) {
      const next: MaskTree = node.get(part) ?? new Map();
      node.set(part, next);
      node = next;
    }
  }
  return root;
}

function keep(value: JsonValue, mask: MaskTree): JsonValue {
  if (mask.size === 0) return value;
  // A field mask does not name elements; it applies to each of a list.
  if (Array.isArray(value)) return value.map((item) => keep(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  return keepFields(value, mask);
}

function keepFields(value: JsonObject, mask: MaskTree): JsonObject {
  const kept: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    const below = mask.get(key);
    if (key === '@type') kept[key] = item;
    else if (below !== undefined) kept[key] = keep(item, below);
  }
  return kept;
}

/** Keeps only the fields that `mask` (google.protobuf.FieldMask in its text form: `a.b,c`) names; null keeps all. */
export function fieldMask(mask: string | null): (object: JsonObject) => JsonObject {
  if (mask === null || mask === '') return (object) => object;
  const root = tree(mask);
  return (object) => keepFields(object, root);
}
