import { formatIssue, type Issue } from '@weft/base';
import { loadTexts, type MeshConfig } from '@weft/config';
import { buildSnapshot, decodeNode, type Node, proxyOf } from '@weft/mesh';
import { type TranslatedResources, translate } from '@weft/translate';
import type { InstanceFixture, PortFixture, ProxyCase, ServiceFixture, SimulationCase } from './case.ts';

/** What the proxy of a case gets. Istio's tests have a certificate authority, so proxies have certificates. */
export function translateCase(test: SimulationCase): TranslatedResources {
  const documents = [
    ...(test.configs ?? []).map(({ kind, name, namespace, spec }) => {
      const group = kind === 'PeerAuthentication' ? 'security' : 'networking';
      return { apiVersion: `${group}.istio.io/v1`, kind, metadata: { name, namespace }, spec };
    }),
    ...(test.services ?? []).map(service),
    ...(test.instances ?? []).map(slice),
  ];
  const texts = [
    { file: 'config.yaml', text: test.config ?? '' },
    { file: 'kube.yaml', text: test.kubeConfig ?? '' },
    { file: 'fixtures.yaml', text: documents.map((document) => JSON.stringify(document)).join('\n---\n') },
  ];
  // Istio's tests leave out what validation asks for, and what does not matter to them.
  const { resources } = loadTexts(texts, { strict: false, keepInvalid: true });
  const snapshot = buildSnapshot(resources, { meshConfig: meshConfigOf(test) });
  return translate(snapshot, proxyOf(snapshot, nodeOf(test.proxy)), { certificates: true });
}

function meshConfigOf(test: SimulationCase): MeshConfig {
  const local = test.kind === 'inboundClusters' && test.disableInboundPassthrough === true;
  return { ...(local && { inboundTrafficPolicy: { mode: 'LOCALHOST' } }), ...test.meshConfig };
}

function nodeOf(proxy: ProxyCase): Node {
  const type = proxy.type ?? 'sidecar';
  const namespace = proxy.configNamespace ?? 'default';
  const ip = proxy.ipAddresses?.[0] ?? '1.1.1.1';
  const decoded = decodeNode({
    id: `${type}~${ip}~app.${namespace}~${namespace}.svc.cluster.local`,
    metadata: { ...proxy.metadata, LABELS: proxy.labels ?? proxy.metadata?.['LABELS'] ?? {}, NAMESPACE: namespace },
    userAgentName: 'envoy',
  });
  if (!decoded.ok) throw new Error(joined(decoded.issues));
  return decoded.value;
}

export function joined(issues: readonly Issue[]): string {
  return issues.map(formatIssue).join(', ');
}

const DOMAIN = '.svc.cluster.local';

/** A service of the fixtures as a Kubernetes Service, or, with another kind of host, as a ServiceEntry. */
function service({ Hostname, DefaultAddress, Ports }: ServiceFixture): object {
  if (!Hostname.endsWith(DOMAIN)) {
    const ports = Ports.map(({ Name, Port, Protocol }) => ({ name: Name, number: Port, protocol: Protocol }));
    const spec = { hosts: [Hostname], ports, resolution: 'STATIC', location: 'MESH_INTERNAL' };
    const addresses = DefaultAddress === undefined ? {} : { addresses: [DefaultAddress] };
    return entry(Hostname, { ...spec, ...addresses });
  }
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: nameOf(Hostname),
    spec: { ...(DefaultAddress !== undefined && { clusterIP: DefaultAddress }), ports: Ports.map(servicePort) },
  };
}

function entry(hostname: string, spec: object): object {
  const metadata = { name: hostname, namespace: 'default' };
  return { apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry', metadata, spec };
}

function nameOf(hostname: string): { readonly name: string; readonly namespace: string } {
  const [name = '', namespace = 'default'] = hostname.slice(0, -DOMAIN.length).split('.');
  return { name, namespace };
}

function servicePort({ Name, Port, Protocol }: PortFixture): object {
  return { name: Name, port: Port, appProtocol: Protocol.toLowerCase() };
}

/** One instance of one port, as an EndpointSlice. */
function slice({ Service, Endpoint }: InstanceFixture, i: number): object {
  const { name, namespace } = nameOf(Service.Hostname);
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-${i}`, namespace, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: Endpoint.Addresses, conditions: { ready: true } }],
    ports: [{ name: Endpoint.ServicePortName, port: Endpoint.EndpointPort, protocol: 'TCP' }],
  };
}
