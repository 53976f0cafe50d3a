import { loadText, type Resource } from '@weft/config';

/** The gateway of a default installation of Istio: files rarely contain it, and most Gateways select it. */
const TEXT = `
apiVersion: v1
kind: Pod
metadata:
  name: istio-ingressgateway
  namespace: istio-system
  labels: { istio: ingressgateway }
spec:
  containers: [{ name: istio-proxy }]
---
apiVersion: v1
kind: Service
metadata: { name: istio-ingressgateway, namespace: istio-system }
spec:
  selector: { istio: ingressgateway }
  ports:
    - { name: http2, port: 80, protocol: TCP, targetPort: 80 }
    - { name: https, port: 443, protocol: TCP, targetPort: 443 }
    - { name: tcp, port: 31400, protocol: TCP, targetPort: 31400 }
    - { name: tls, port: 15443, protocol: TCP, targetPort: 15443 }
`;

/** Objects that stand for what is installed beside the configuration; add them unless the input is a whole cluster. */
export function defaultGateway(): readonly Resource[] {
  return loadText(TEXT, '').resources;
}
