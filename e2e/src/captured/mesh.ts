/** The configuration of the captured cluster and the bootstrap of its proxies. */
import type { JsonObject } from '@bufbuild/protobuf';
import { envoyBootstrap } from '../interop/envoy-bootstrap.ts';

function pod(name: string, labels: string, ip: string): string {
  return `apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, labels: { ${labels} } }
spec: { containers: [{ name: app }] }
status: { podIP: ${ip}, phase: Running }
---
`;
}

function service(name: string, clusterIp: string, selector: string, port: string): string {
  return `apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec:
  clusterIP: ${clusterIp}
  selector: { ${selector} }
  ports: [{ ${port} }]
---
`;
}

/**
 * Two versions of `orders`, and two TCP services on one port that only their addresses tell apart. A port that takes TLS as well has to see
 * the client's first bytes, so the one whose server speaks first does not take it.
 */
export const MESH: string =
  pod('client', 'app: client', '10.77.0.2') +
  pod('orders-v1', 'app: orders, version: v1', '10.77.0.3') +
  pod('orders-v2', 'app: orders, version: v2', '10.77.0.4') +
  service('orders', '10.96.0.10', 'app: orders', 'name: http, port: 8080, targetPort: 80') +
  service('ledger', '10.96.0.21', 'version: v1', 'name: tcp, port: 6000, targetPort: 6001') +
  service('stock', '10.96.0.22', 'version: v2', 'name: tcp, port: 6000, targetPort: 6001') +
  `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: orders, namespace: shop }
spec:
  host: orders
  subsets: [{ name: v1, labels: { version: v1 } }, { name: v2, labels: { version: v2 } }]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: orders, namespace: shop }
spec:
  hosts: [orders]
  http:
  - match: [{ headers: { canary: { exact: 'yes' } } }]
    route: [{ destination: { host: orders, subset: v2 } }]
  - route: [{ destination: { host: orders, subset: v1 } }]
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: stock, namespace: shop }
spec:
  selector: { matchLabels: { version: v2 } }
  mtls: { mode: DISABLE }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: archive, namespace: shop }
spec:
  hosts: [archive.example]
  ports: [{ number: 7000, name: tcp, protocol: TCP }]
  resolution: STATIC
  endpoints: [{ address: 10.77.0.4, ports: { tcp: 6001 } }]
`;

export const REGISTRY_ONLY: string = `apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: shop }
spec:
  outboundTrafficPolicy: { mode: REGISTRY_ONLY }
`;

export function bootstrapOf(pod: string, address: string, labels: JsonObject, xdsAddress: string): JsonObject {
  const node = {
    id: `sidecar~${address}~${pod}.shop~shop.svc.cluster.local`,
    cluster: `${pod}.shop`,
    metadata: {
      NAMESPACE: 'shop',
      LABELS: labels,
      INTERCEPTION_MODE: 'REDIRECT',
      DNS_CAPTURE: 'true',
      DNS_AUTO_ALLOCATE: 'true',
    },
  };
  return envoyBootstrap(node, 15_010, 'DELTA_GRPC', xdsAddress);
}
