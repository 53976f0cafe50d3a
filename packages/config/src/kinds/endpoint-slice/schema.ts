import { flag, json, list, map, object, oneOf, type Schema, text } from '../../schema/index.ts';
import { endpointPort, objectReference } from '../endpoints/schema.ts';
import type { EndpointConditions, EndpointSliceSpec, SliceEndpoint, ZoneHint } from './type.ts';

const endpoint: Schema<SliceEndpoint> = object<SliceEndpoint>(
  {
    addresses: list(text(), { min: 1 }),
    conditions: object<EndpointConditions>({ ready: flag(), serving: flag(), terminating: flag() }),
    hostname: text(),
    nodeName: text(),
    zone: text(),
    targetRef: objectReference,
    deprecatedTopology: map(text()),
    hints: object<NonNullable<SliceEndpoint['hints']>>({
      forZones: list(object<ZoneHint>({ name: text() })),
      forNodes: list(json()),
    }),
  },
  { required: ['addresses'] },
);

export const endpointSliceSpec: Schema<EndpointSliceSpec> = object<EndpointSliceSpec>(
  { addressType: oneOf('IPv4', 'IPv6', 'FQDN'), endpoints: list(endpoint), ports: list(endpointPort) },
  { required: ['addressType'] },
);
