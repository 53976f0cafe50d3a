import { type InputText, KINDS } from '@weft/config';
import type { ApiClient, ApiObject } from '../client/api-client.ts';
import { objectPath } from '../client/object-path.ts';

interface ApiList {
  readonly items: readonly ApiObject[];
}

/** All objects of the control plane, a text each, named as a person would ask for it. */
export async function liveInputs(api: ApiClient): Promise<readonly InputText[]> {
  const lists = await Promise.all(KINDS.map((kind) => api.get<ApiList>(objectPath(kind, undefined))));
  return lists.flatMap((list, i) =>
    list.items.map((object) => {
      const { namespace, name } = object.metadata;
      const file = [KINDS[i]?.singular ?? '', namespace, name].filter((part) => part !== undefined).join('/');
      return { file, text: JSON.stringify(object, null, 2) };
    }),
  );
}
