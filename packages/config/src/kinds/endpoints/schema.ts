import { integer, list, object, oneOf, type Schema, text } from '../../schema/index.ts';
import type { EndpointAddress, EndpointPort, EndpointSubset, EndpointsSpec, ObjectReference } from './type.ts';

export const objectReference: Schema<ObjectReference> = object<ObjectReference>({
  apiVersion: text(),
  kind: text(),
  name: text(),
  namespace: text(),
  uid: text(),
  resourceVersion: text(),
  fieldPath: text(),
});

export const endpointPort: Schema<EndpointPort> = object<EndpointPort>({
  name: text(),
  port: integer({ min: 1, max: 65535 }),
  protocol: oneOf('TCP', 'UDP', 'SCTP'),
  appProtocol: text(),
});

const address: Schema<EndpointAddress> = object<EndpointAddress>(
  { ip: text(), hostname: text(), nodeName: text(), targetRef: objectReference },
  { required: ['ip'] },
);

export const endpointsSpec: Schema<EndpointsSpec> = object<EndpointsSpec>({
  subsets: list(
    object<EndpointSubset>({ addresses: list(address), notReadyAddresses: list(address), ports: list(endpointPort) }),
  ),
});
