import { decodeObject, isJsonObject, type Resource } from '@weft/config';
import type { StoredObject } from '@weft/control-plane';
import { buildSnapshot } from '@weft/mesh';
import { median } from '../../measure/rounds.ts';
import { meshObjects, service } from './mesh-objects.ts';
import type { SnapshotTimes } from './report.ts';

const REPEATS = 5;

/** How long a snapshot of many services takes, at first and after the endpoints of one changed. */
export function snapshotTimes(services: number, endpoints: number): SnapshotTimes {
  const decode = (object: StoredObject): Resource => {
    const plain: unknown = JSON.parse(JSON.stringify(object));
    if (!isJsonObject(plain)) throw new Error('an object of the store is a JSON object');
    const decoded = decodeObject(plain);
    if (!decoded.ok) throw new Error(decoded.issues.map(({ at, message }) => `${at}: ${message}`).join('; '));
    return decoded.value;
  };
  const resources = meshObjects({ services, endpoints }).map((object) => decode(object));
  const first: number[] = [];
  const after: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const start = performance.now();
    const previous = buildSnapshot(resources);
    first.push(performance.now() - start);
    const changed = [decode(service(0, endpoints, repeat + 1)), ...resources.slice(1)];
    const again = performance.now();
    buildSnapshot(changed, { previous });
    after.push(performance.now() - again);
  }
  return { services, firstMs: median(first), changeMs: median(after) };
}
