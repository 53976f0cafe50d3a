import { loadText, type MeshConfig } from '@weft/config';
import { analyze } from '../analyze.ts';
import type { Analyzer } from '../analyzer.ts';
import { parseMeshNetworks } from '../mesh-networks.ts';

interface Given {
  readonly meshConfig?: MeshConfig;
  readonly meshNetworks?: string;
  readonly workloadsKnown?: boolean;
  readonly nowMs?: number;
}

/** `IST0101 Gateway shop/edge spec.selector.app` for each message of one analyzer about the objects of a text: what tests compare. */
export function found(analyzer: Analyzer, yaml: string, given: Given = {}): string[] {
  const { resources, issues } = loadText(yaml, 'mesh.yaml', { keepInvalid: true });
  const { meshNetworks, nowMs = Date.parse('2026-06-01T00:00:00Z'), ...rest } = given;
  const networks = meshNetworks === undefined ? undefined : parseMeshNetworks(meshNetworks, 'networks.yaml');
  return analyze({ resources, issues, meshNetworks: networks, nowMs, ...rest }, [analyzer]).map(
    ({ code, resource, at }) => `${code} ${resource}${at === '' ? '' : ` ${at}`}`,
  );
}

/** One object in flow style: `object('Pod', 'shop/a', { labels }, 'containers: []')`. */
export function object(
  kind: string,
  name: string,
  body = 'spec: {}',
  metadata: Readonly<Record<string, unknown>> = {},
): string {
  const [namespace, local] = name.includes('/') ? name.split('/') : [undefined, name];
  const written = JSON.stringify({ name: local, ...(namespace === undefined ? {} : { namespace }), ...metadata });
  return `---\napiVersion: ${API[kind] ?? 'v1'}\nkind: ${kind}\nmetadata: ${written}\n${body}\n`;
}

const API: Readonly<Record<string, string>> = {
  VirtualService: 'networking.istio.io/v1',
  DestinationRule: 'networking.istio.io/v1',
  Gateway: 'networking.istio.io/v1',
  ServiceEntry: 'networking.istio.io/v1',
  WorkloadEntry: 'networking.istio.io/v1',
  Sidecar: 'networking.istio.io/v1',
  EnvoyFilter: 'networking.istio.io/v1alpha3',
  ProxyConfig: 'networking.istio.io/v1beta1',
  AuthorizationPolicy: 'security.istio.io/v1',
  RequestAuthentication: 'security.istio.io/v1',
  Telemetry: 'telemetry.istio.io/v1',
  HTTPRoute: 'gateway.networking.k8s.io/v1',
  Deployment: 'apps/v1',
  CustomResourceDefinition: 'apiextensions.k8s.io/v1',
  MutatingWebhookConfiguration: 'admissionregistration.k8s.io/v1',
  ValidatingWebhookConfiguration: 'admissionregistration.k8s.io/v1',
};
