import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '@weft/base';
import type { StoredObject } from './object.ts';

/**
 * Fills in what the store owns of the metadata, as Kubernetes does: `generation` counts changes of everything but metadata and status.
 * Returns `current` itself when nothing else differs. Without a clock there is no creation time.
 */
export function stamp(
  object: StoredObject,
  current: StoredObject | undefined,
  version: number,
  clock: Clock | undefined,
): StoredObject {
  const { creationTimestamp, resourceVersion, generation, uid, managedFields, ...given } = object.metadata;
  const owned = current?.metadata;
  const created = owned?.creationTimestamp ?? (clock === undefined ? creationTimestamp : isoSeconds(clock));
  const stamped = (gen: number, id: string): StoredObject => ({
    ...object,
    metadata: {
      ...given,
      ...(created !== undefined && { creationTimestamp: created }),
      resourceVersion: String(version),
      generation: gen,
      uid: id,
    },
  });
  if (current === undefined || owned === undefined) return stamped(1, randomUUID());
  const same = isDeepStrictEqual(specOf(object), specOf(current));
  const next = stamped((owned.generation ?? 0) + (same ? 0 : 1), owned.uid ?? randomUUID());
  const unversioned = (value: StoredObject): unknown => ({
    ...value,
    metadata: { ...value.metadata, resourceVersion: undefined },
  });
  return isDeepStrictEqual(unversioned(next), unversioned(current)) ? current : next;
}

/** What `generation` counts: everything but metadata and status. */
function specOf(object: StoredObject): unknown {
  const { metadata, status, ...rest } = object;
  return rest;
}

/** Kubernetes writes times to the second. */
function isoSeconds(clock: Clock): string {
  return `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
}
