import type { KindUpdate } from '@weft/xds/client';

export type EndpointUpdate = KindUpdate<'endpoint'>;
export type EndpointResources = EndpointUpdate['resources'];

/** So many endpoints at a time: about a millisecond of a warm proxy. A cluster is not divided. */
const SLICE_ENDPOINTS = 250;

/**
 * The resources of an EDS response in portions, between which requests are served: before the first too, since decoding the response has
 * held them up already. Undefined when there are so few endpoints that it would gain nothing.
 */
export function endpointSlices(resources: EndpointResources): readonly EndpointResources[] | undefined {
  const slices: EndpointResources[number][][] = [[]];
  let size = 0;
  for (const resource of resources) {
    if (size >= SLICE_ENDPOINTS) {
      slices.push([]);
      size = 0;
    }
    slices.at(-1)!.push(resource);
    size += resource.message.endpoints.reduce((sum, { lbEndpoints }) => sum + lbEndpoints.length, 1);
  }
  return slices.length === 1 && size <= SLICE_ENDPOINTS ? undefined : slices;
}
