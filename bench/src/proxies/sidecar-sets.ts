/** What our translation gives the two sidecars of a call: the client's, and that of the workload that answers. */
import { loadText } from '@weft/config';
import { buildSnapshot, decodeNode, proxyOf } from '@weft/mesh';
import { type TranslatedResources, translate } from '@weft/translate';
import {
  encodeResource,
  forEachKind,
  type ResourceKind,
  type ResourceMessage,
  type XdsResource,
  type XdsSet,
} from '@weft/xds';

/** One pair of sidecars on this machine. */
export interface SidecarPair {
  /** `weft` gets Istio's own filters, which a stock Envoy does not have. */
  readonly dataPlane: 'weft' | 'envoy';
  /** Where the client's sidecar takes requests, at 127.0.0.1. */
  readonly servicePort: number;
  /** Where the other sidecar takes them; its workload has an address of its own. */
  readonly inbound: { readonly address: string; readonly port: number };
  readonly backendPort: number;
}

/** STRICT mutual TLS, an access log, and a route that a VirtualService makes, in Istio's words. */
function mesh({ servicePort, inbound }: SidecarPair): string {
  return `
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: "accessLogFile: /dev/null" }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: STRICT } }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: orders, namespace: shop }
spec:
  hosts: [orders.shop.svc.cluster.local]
  addresses: [127.0.0.1]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{ number: ${servicePort}, name: http, protocol: HTTP }]
  workloadSelector: { labels: { app: orders } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: orders-v1, namespace: shop }
spec:
  address: ${inbound.address}
  ports: { http: ${inbound.port} }
  serviceAccount: client
  labels: { app: orders, version: v1, security.istio.io/tlsMode: istio }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: orders, namespace: shop }
spec:
  hosts: [orders.shop.svc.cluster.local]
  http: [{ timeout: 10s, route: [{ destination: { host: orders.shop.svc.cluster.local } }] }]
`;
}

/** The sets of the two proxies, by what `startForwardAds` asks for. */
export function sidecarSets(
  pair: SidecarPair,
  names: { readonly client: string; readonly server: string },
): ReadonlyMap<string, XdsSet> {
  const loaded = loadText(mesh(pair), 'mesh.yaml');
  const wrong = loaded.issues.filter(({ severity }) => severity === 'error');
  if (wrong.length > 0) throw new Error(wrong.map(({ message }) => message).join('; '));
  const snapshot = buildSnapshot(loaded.resources);
  const setOf = (name: string, ip: string, labels: object, appPorts: object): XdsSet => {
    const node = decodeNode({
      id: `sidecar~${ip}~${name}.shop~shop.svc.cluster.local`,
      userAgentName: pair.dataPlane,
      metadata: {
        NAMESPACE: 'shop',
        SERVICE_ACCOUNT: 'client',
        INTERCEPTION_MODE: 'NONE',
        FILE_MOUNTED_CERTS: 'true',
        LABELS: labels,
        APP_PORTS: JSON.stringify(appPorts),
        HTTP_PROXY_PORT: '0',
      },
    });
    if (!node.ok) throw new Error(node.issues.map(({ message }) => message).join('; '));
    return encoded(translate(snapshot, proxyOf(snapshot, node.value)));
  };
  const { address, port } = pair.inbound;
  return new Map([
    [names.client, setOf(names.client, '127.0.0.1', { app: 'web' }, {})],
    [names.server, setOf(names.server, address, { app: 'orders', version: 'v1' }, { [port]: pair.backendPort })],
  ]);
}

function encoded(resources: TranslatedResources): XdsSet {
  const messages: Partial<Record<ResourceKind, ReadonlyMap<string, ResourceMessage<ResourceKind>>>> = resources;
  return forEachKind((kind) => {
    const all = [...(messages[kind] ?? new Map<string, never>())];
    return new Map(all.map(([name, message]): [string, XdsResource] => [name, encodeResource(kind, name, message)]));
  });
}
