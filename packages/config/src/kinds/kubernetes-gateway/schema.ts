import { integer, list, map, object, oneOf, type Schema, text } from '../../schema/index.ts';
import { gatewayListener, objectReference, routeNamespaces, secretReference } from '../../shared/gateway-api/schema.ts';
import type {
  AllowedListeners,
  FrontendTls,
  FrontendTlsConfig,
  FrontendTlsPort,
  FrontendValidation,
  GatewayAddress,
  GatewayBackendTls,
  GatewayInfrastructure,
  GatewayTls,
  KubernetesGatewaySpec,
  LocalParametersReference,
} from './type.ts';

export const gatewayAddress: Schema<GatewayAddress> = object<GatewayAddress>(
  {
    type: text({
      min: 1,
      max: 253,
      pattern:
        /^Hostname|IPAddress|NamedAddress|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/,
    }),
    value: text({ max: 253 }),
  },
  { exclusive: [{ fields: [], required: true }] },
);

export const allowedListeners: Schema<AllowedListeners> = object<AllowedListeners>({
  namespaces: routeNamespaces,
});

export const localParametersReference: Schema<LocalParametersReference> = object<LocalParametersReference>(
  {
    group: text({ max: 253, pattern: /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
    kind: text({ min: 1, max: 63, pattern: /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/ }),
    name: text({ min: 1, max: 253 }),
  },
  { required: ['group', 'kind', 'name'] },
);

export const gatewayInfrastructure: Schema<GatewayInfrastructure> = object<GatewayInfrastructure>({
  annotations: map(text({ min: 0, max: 4096 }), { max: 16 }),
  labels: map(text({ min: 0, max: 63, pattern: /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/ }), { max: 8 }),
  parametersRef: localParametersReference,
});

export const gatewayBackendTls: Schema<GatewayBackendTls> = object<GatewayBackendTls>({
  clientCertificateRef: secretReference,
});

export const frontendValidation: Schema<FrontendValidation> = object<FrontendValidation>(
  {
    caCertificateRefs: list(objectReference, { min: 1, max: 16 }),
    mode: oneOf('AllowValidOnly', 'AllowInsecureFallback'),
  },
  { required: ['caCertificateRefs'] },
);

export const frontendTlsConfig: Schema<FrontendTlsConfig> = object<FrontendTlsConfig>({
  validation: frontendValidation,
});

export const frontendTlsPort: Schema<FrontendTlsPort> = object<FrontendTlsPort>(
  {
    port: integer({ min: 1, max: 65535 }),
    tls: frontendTlsConfig,
  },
  { required: ['port', 'tls'] },
);

export const frontendTls: Schema<FrontendTls> = object<FrontendTls>(
  {
    default: frontendTlsConfig,
    perPort: list(frontendTlsPort, { max: 64 }),
  },
  { required: ['default'] },
);

export const gatewayTls: Schema<GatewayTls> = object<GatewayTls>({
  backend: gatewayBackendTls,
  frontend: frontendTls,
});

export const kubernetesGatewaySpec: Schema<KubernetesGatewaySpec> = object<KubernetesGatewaySpec>(
  {
    addresses: list(gatewayAddress, { max: 16 }),
    allowedListeners: allowedListeners,
    defaultScope: oneOf('All', 'None'),
    gatewayClassName: text({ min: 1, max: 253 }),
    infrastructure: gatewayInfrastructure,
    listeners: list(gatewayListener, { min: 1, max: 64 }),
    tls: gatewayTls,
  },
  { required: ['gatewayClassName', 'listeners'] },
);
