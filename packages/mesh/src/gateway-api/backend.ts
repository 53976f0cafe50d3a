import type { BackendRef, Destination } from '@weft/config';
import { gatewayApiReferent } from './grants.ts';
import type { Lookup } from './inputs.ts';
import type { Problem } from './problem.ts';

/** The route that a reference stands in. */
export interface RouteObject {
  readonly kind: 'HTTPRoute' | 'GRPCRoute' | 'TCPRoute' | 'TLSRoute';
  readonly namespace: string;
  readonly name: string;
  /** Routes for the mesh itself need no grant (GAMMA). */
  readonly needsGrant: boolean;
}

/**
 * Where a backendRef leads. An unusable one has a `problem`; without a `destination` it makes its whole rule unusable, else requests that
 * would go there are answered with 500.
 */
export interface Backend {
  readonly destination: Destination | undefined;
  readonly problem: Problem | undefined;
}

const SERVICE_IMPORT_GROUP = 'multicluster.x-k8s.io';
const ISTIO_GROUP = 'networking.istio.io';

function refused(reason: string, message: string): Backend {
  // Without a host it is a cluster that no proxy has, and that is answered with 500.
  return { destination: {}, problem: { reason, message } };
}

function impossible(message: string): Backend {
  return { destination: undefined, problem: { reason: 'InvalidDestination', message } };
}

/** backendRef → Destination (pilot/pkg/config/kube/gateway/conversion.go, buildDestination). */
export function backendOf(ref: BackendRef, route: RouteObject, lookup: Lookup): Backend {
  const { group = '', kind = 'Service', name = '' } = ref;
  const namespace = ref.namespace ?? route.namespace;
  const to = { group, kind, namespace };
  if (route.needsGrant && !lookup.grants.allows(gatewayApiReferent(route.kind, route.namespace), to, name)) {
    return refused(
      'RefNotPermitted',
      `no ReferenceGrant in namespace ${namespace} lets a ${route.kind} of namespace ${route.namespace} use ${kind} ${name}`,
    );
  }
  let hostname: string;
  let known: boolean;
  if (group === '' && kind === 'Service') {
    if (name.includes('.'))
      return impossible(`${name} is not the name of a Service: leave its namespace and domain out`);
    hostname = lookup.hostOf(name, namespace);
    known = lookup.service(hostname, namespace) !== undefined;
  } else if (group === SERVICE_IMPORT_GROUP && kind === 'ServiceImport') {
    hostname = lookup.hostOf(name, namespace);
    known = lookup.service(hostname, namespace) !== undefined;
  } else if (group === ISTIO_GROUP && kind === 'Hostname') {
    if (ref.namespace !== undefined) return impossible('a backend of kind Hostname has no namespace');
    hostname = name;
    known = lookup.servicesOf(hostname).length > 0;
  } else {
    return refused('InvalidKind', `${group === '' ? kind : `${group}/${kind}`} is no kind of backend`);
  }
  if (ref.port === undefined) return impossible(`the backend ${name} needs a port`);
  return {
    destination: { host: hostname, port: { number: ref.port } },
    problem: known ? undefined : { reason: 'BackendNotFound', message: `there is no service ${hostname}` },
  };
}

/** Anything with a weight, 1 when it is not said. */
interface Weighted {
  readonly weight?: number;
}

export interface Share<T> {
  readonly ref: T;
  /** Unset when there is only one. */
  readonly weight: number | undefined;
  /** Its place in the list it was written in. */
  readonly index: number;
}

/** The backends that get anything. */
export function sharesOf<T extends Weighted>(refs: readonly T[]): readonly Share<T>[] {
  const used = refs.flatMap((ref, index) => (ref.weight === 0 ? [] : [{ ref, weight: ref.weight ?? 1, index }]));
  return used.length === 1 ? used.map((each) => ({ ...each, weight: undefined })) : used;
}
