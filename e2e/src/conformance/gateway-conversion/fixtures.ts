import type { ConversionFile, FixtureObject } from './case.ts';

export const DOMAIN = 'domain.suffix';
const SUFFIX = `.svc.${DOMAIN}`;
const ADDRESS = '1.1.1.1';
const INGRESS = 'istio-ingressgateway';
const EXTERNAL = '1.2.3.4';

const PORTS = [
  { name: 'http', port: 80, targetPort: 8080 },
  { name: 'tcp', port: 34_000, targetPort: 34_000 },
  { name: 'tcp-other', port: 34_001, targetPort: 34_001 },
];
const HTTPS = { name: 'https', port: 443, targetPort: 8443 };

/** The services and objects that the cases take for granted, as documents. */
export function fixtures({ services, objects }: ConversionFile, pem: Pem): readonly object[] {
  return [...services.flatMap(serviceOf), ...objects.map((each) => objectOf(each, pem))];
}

/** The cases' namespaces exist, and have a label that is the first part of their name. */
export function namespacesOf(names: readonly string[]): readonly object[] {
  return [...new Set(names)]
    .filter((name) => name !== '')
    .map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'istio.io/test-name-part': name.split('-')[0] } },
    }));
}

function serviceOf({ namespace, hostname }: ConversionFile['services'][number]): readonly object[] {
  const name = hostname.split('.')[0] ?? '';
  const isGateway = hostname.endsWith(SUFFIX) && name === INGRESS;
  if (!hostname.endsWith(SUFFIX)) {
    const ports = PORTS.map((each) => ({ number: each.port, name: each.name, protocol: 'HTTP' }));
    const spec = { hosts: [hostname], ports, resolution: 'STATIC', endpoints: [{ address: ADDRESS }] };
    const metadata = { name: `fixture.${hostname}`, namespace };
    return [{ apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry', metadata, spec }];
  }
  const ports = isGateway ? [...PORTS, HTTPS] : PORTS;
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { ports },
      ...(isGateway && { status: { loadBalancer: { ingress: [{ ip: EXTERNAL }] } } }),
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `${name}-fixture`, namespace, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [ADDRESS], conditions: { ready: true } }],
      ports: ports.map((each) => ({ name: each.name, port: each.targetPort, protocol: 'TCP' })),
    },
  ];
}

/** A certificate with its key. */
export interface Pem {
  readonly certificate: string;
  readonly key: string;
}

function objectOf({ kind, name, namespace, data }: FixtureObject, pem: Pem): object {
  const texts = Object.entries(data).map(([key, expression]) => [key, textOf(expression, pem)]);
  const values = Object.fromEntries(texts);
  const own = kind === 'Secret' ? { stringData: values } : { data: values };
  return { apiVersion: 'v1', kind, metadata: { name, namespace }, ...own };
}

/** `rsaCertPEM`, `[]byte(rsaKeyPEM)`, `"hello"`. */
function textOf(expression: string, { certificate, key }: Pem): string {
  const inner = /^\[\]byte\((.*)\)$/.exec(expression)?.[1] ?? expression;
  if (inner.endsWith('KeyPEM')) return key;
  return inner.endsWith('CertPEM') ? certificate : inner.replaceAll('"', '');
}
