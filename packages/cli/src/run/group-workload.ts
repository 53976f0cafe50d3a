import type { ApiClient, ApiObject } from '../client/api-client.ts';
import { Failure } from '../command/failure.ts';
import type { Json } from '../local/bootstrap.ts';
import type { GroupMembership, Workload, WorkloadPort } from '../local/workload.ts';
import { selects } from './service-port.ts';

/** What of the command line decides about a workload of a WorkloadGroup. */
export interface GroupChoice {
  readonly group: string;
  /** Undefined: the group's label `app`, else its name. */
  readonly app: string | undefined;
  readonly version: string | undefined;
  readonly namespace: string;
  readonly serviceAccount: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** Where the program listens; undefined: where the group's template says. */
  readonly port: number | undefined;
}

type JsonObject = { readonly [key: string]: unknown };

/**
 * A program as a member of a WorkloadGroup: labels, account and ports of its template, its probe. The control plane makes the
 * WorkloadEntry when the sidecar connects.
 */
export async function describeMember(choice: GroupChoice, api: ApiClient): Promise<Workload> {
  const { namespace, group } = choice;
  const path = `/apis/networking.istio.io/v1/namespaces/${namespace}/workloadgroups/${group}`;
  const object = await api.get(path).catch((error: unknown) => {
    if (!(error instanceof Failure && error.exit === 'notFound')) throw error;
    throw new Failure(
      'notFound',
      `there is no WorkloadGroup ${namespace}/${group}`,
      'apply it first: weft apply -f FILE',
    );
  });
  const { items } = await api.get<{ readonly items: readonly ApiObject[] }>(`/api/v1/namespaces/${namespace}/services`);
  return memberOf(object, items, choice);
}

export function memberOf(object: ApiObject, services: readonly ApiObject[], choice: GroupChoice): Workload {
  const spec = objectIn(object.spec);
  const template = objectIn(spec['template']);
  const labels = {
    ...texts(template['labels']),
    ...texts(objectIn(spec['metadata'])['labels']),
    ...choice.labels,
  };
  const app = choice.app ?? labels['app'] ?? choice.group;
  const version = choice.version ?? labels['version'] ?? 'v1';
  const service = services.find((each) => selects(each, { ...labels, app, version }));
  const ports = portsOf(template['ports'], service, choice);
  const membership: GroupMembership = {
    group: choice.group,
    probe: movedProbe(spec['probe'], numbers(template['ports']), ports),
  };
  const account = template['serviceAccount'];
  return {
    app,
    version,
    namespace: choice.namespace,
    serviceAccount: choice.serviceAccount ?? (typeof account === 'string' && account !== '' ? account : 'default'),
    labels,
    ports,
    membership,
  };
}

/** By name of the port: the template says where the program listens, the Service which port callers use. */
function portsOf(said: unknown, service: ApiObject | undefined, choice: GroupChoice): readonly WorkloadPort[] {
  const called = servicePorts(service);
  const listening = Object.entries(numbers(said));
  if (listening.length === 0) {
    return called.map(({ name, servicePort, target }) => ({ name, servicePort, appPort: choice.port ?? target }));
  }
  if (choice.port !== undefined && listening.length > 1) {
    const names = listening.map(([name, port]) => `${name} ${port}`).join(', ');
    throw new Failure(
      'usage',
      `WorkloadGroup ${choice.group} has the ports ${names}; --port fits only one`,
      'leave it out',
    );
  }
  return listening.map(([name, port]) => ({
    name,
    servicePort: called.find((each) => each.name === name)?.servicePort ?? port,
    appPort: choice.port ?? port,
  }));
}

function servicePorts(
  service: ApiObject | undefined,
): readonly { readonly name: string; readonly servicePort: number; readonly target: number }[] {
  const ports = objectIn(service?.spec)['ports'];
  if (!Array.isArray(ports)) return [];
  return ports.map(objectIn).map(({ name, port, targetPort }) => ({
    name: typeof name === 'string' ? name : '',
    servicePort: Number(port),
    target: Number(typeof targetPort === 'number' ? targetPort : port),
  }));
}

/** A probe of a port of the template asks the program where it really listens. */
function movedProbe(
  probe: unknown,
  template: Readonly<Record<string, number>>,
  ports: readonly WorkloadPort[],
): Json | undefined {
  if (probe === undefined) return undefined;
  const moved = new Map(ports.map(({ name, appPort }) => [template[name], appPort]));
  const text = JSON.stringify(probe, (key, value: unknown) =>
    key === 'port' && typeof value === 'number' ? (moved.get(value) ?? value) : value,
  );
  return JSON.parse(text);
}

function objectIn(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function texts(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(objectIn(value)).map(([key, text]) => [key, String(text)]));
}

function numbers(value: unknown): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(objectIn(value)).map(([key, number]) => [key, Number(number)]));
}
