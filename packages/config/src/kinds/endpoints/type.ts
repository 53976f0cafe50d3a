/**
 * The addresses behind a Service of the same name (the older form of EndpointSlice).
 *
 * https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoints-v1/
 */
export interface EndpointsSpec {
  readonly subsets?: readonly EndpointSubset[];
}

/** Every address serves every port. */
export interface EndpointSubset {
  readonly addresses?: readonly EndpointAddress[];
  readonly notReadyAddresses?: readonly EndpointAddress[];
  readonly ports?: readonly EndpointPort[];
}

export interface EndpointAddress {
  readonly ip?: string;
  readonly hostname?: string;
  readonly nodeName?: string;
  readonly targetRef?: ObjectReference;
}

/** A port of an endpoint; `name` is the name of the Service's port. */
export interface EndpointPort {
  readonly name?: string;
  readonly port?: number;
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP';
  readonly appProtocol?: string;
}

export interface ObjectReference {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly fieldPath?: string;
}
