import type { ObjectMeta, Resource } from './resource.ts';

/** `group/kind/namespace/name`: equal for two versions of the same object. */
export function resourceKey(resource: Pick<Resource, 'group' | 'kind' | 'metadata'>): string {
  const { namespace, name } = resource.metadata;
  return `${resource.group}/${resource.kind}/${namespace}/${name}`;
}

/** What an object's title is made of. */
interface Titled {
  readonly kind: string;
  readonly metadata: Pick<ObjectMeta, 'name' | 'namespace'>;
}

/** `VirtualService default/orders`, as people say it. */
export function resourceTitle(resource: Titled): string {
  const { namespace, name } = resource.metadata;
  return `${resource.kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
}
