import { integer, list, object, oneOf, type Schema, text } from '../../schema/index.ts';
import { connectionPoolSettings } from '../../shared/connection-pool/schema.ts';
import { destination } from '../../shared/destination/schema.ts';
import { workloadSelector } from '../../shared/selector/schema.ts';
import { serverTlsSettings } from '../../shared/server-tls/schema.ts';
import type {
  IstioEgressListener,
  IstioIngressListener,
  OutboundTrafficPolicy,
  SidecarPort,
  SidecarSpec,
} from './type.ts';

export const sidecarPort: Schema<SidecarPort> = object<SidecarPort>({
  name: text(),
  number: integer({ min: 0 }),
  protocol: text(),
  targetPort: integer({ min: 0 }),
});

export const istioEgressListener: Schema<IstioEgressListener> = object<IstioEgressListener>(
  {
    bind: text(),
    captureMode: oneOf('DEFAULT', 'IPTABLES', 'NONE'),
    hosts: list(text()),
    port: sidecarPort,
  },
  { required: ['hosts'] },
);

export const istioIngressListener: Schema<IstioIngressListener> = object<IstioIngressListener>(
  {
    bind: text(),
    captureMode: oneOf('DEFAULT', 'IPTABLES', 'NONE'),
    connectionPool: connectionPoolSettings,
    defaultEndpoint: text(),
    port: sidecarPort,
    tls: serverTlsSettings,
  },
  { required: ['port'] },
);

export const outboundTrafficPolicy: Schema<OutboundTrafficPolicy> = object<OutboundTrafficPolicy>({
  egressProxy: destination,
  mode: oneOf('REGISTRY_ONLY', 'ALLOW_ANY'),
});

export const sidecarSpec: Schema<SidecarSpec> = object<SidecarSpec>({
  egress: list(istioEgressListener),
  inboundConnectionPool: connectionPoolSettings,
  ingress: list(istioIngressListener),
  outboundTrafficPolicy: outboundTrafficPolicy,
  workloadSelector: workloadSelector,
});
