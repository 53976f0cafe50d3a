import type { Analyzer } from '../analyzer.ts';
import { alphaAnnotations } from './alpha-annotations.ts';
import { annotations } from './annotations.ts';
import { applicationUid } from './application-uid.ts';
import { authorizationPolicies } from './authorization-policies.ts';
import { conditions } from './conditions.ts';
import { conflictingGateways } from './conflicting-gateways.ts';
import { deploymentServices } from './deployment-services.ts';
import { deprecatedFields } from './deprecated-fields.ts';
import { destinationHosts } from './destination-hosts.ts';
import { destinationRuleCertificates } from './destination-rule-certificates.ts';
import { destinationRuleSubsets } from './destination-rule-subsets.ts';
import { envoyFilterPatches } from './envoy-filter-patches.ts';
import { externalControlPlane } from './external-control-plane.ts';
import { gatewayApiVersions } from './gateway-api-versions.ts';
import { gatewayCertificates } from './gateway-certificates.ts';
import { gatewayPorts } from './gateway-ports.ts';
import { gatewaySecrets } from './gateway-secrets.ts';
import { imageAuto } from './image-auto.ts';
import { injection } from './injection.ts';
import { injectionImage } from './injection-image.ts';
import { jwksNetworks } from './jwks-networks.ts';
import { jwtClaimRoutes } from './jwt-claim-routes.ts';
import { kubernetesGatewaySelectors } from './kubernetes-gateway-selectors.ts';
import { lightstep } from './lightstep.ts';
import { meshGatewayHosts } from './mesh-gateway-hosts.ts';
import { meshNetworks } from './mesh-networks.ts';
import { multiClusterServices } from './multi-cluster-services.ts';
import { portNames } from './port-names.ts';
import { schema } from './schema.ts';
import { serviceEntryAddresses } from './service-entry-addresses.ts';
import { serviceEntryProtocols } from './service-entry-protocols.ts';
import { sidecarSelectors } from './sidecar-selectors.ts';
import { telemetryDefaults } from './telemetry-defaults.ts';
import { telemetryProviders } from './telemetry-providers.ts';
import { telemetrySelectors } from './telemetry-selectors.ts';
import { virtualServiceGateways } from './virtual-service-gateways.ts';
import { virtualServiceSubsets } from './virtual-service-subsets.ts';
import { webhooks } from './webhooks.ts';

/** Every question that is asked of a set of objects. */
export const ANALYZERS: readonly Analyzer[] = [
  schema,
  annotations,
  alphaAnnotations,
  jwksNetworks,
  authorizationPolicies,
  conditions,
  deploymentServices,
  applicationUid,
  destinationRuleCertificates,
  destinationRuleSubsets,
  deprecatedFields,
  envoyFilterPatches,
  externalControlPlane,
  gatewayPorts,
  gatewayCertificates,
  gatewaySecrets,
  conflictingGateways,
  injection,
  injectionImage,
  imageAuto,
  kubernetesGatewaySelectors,
  gatewayApiVersions,
  meshNetworks,
  multiClusterServices,
  portNames,
  sidecarSelectors,
  meshGatewayHosts,
  destinationHosts,
  virtualServiceSubsets,
  virtualServiceGateways,
  jwtClaimRoutes,
  serviceEntryAddresses,
  serviceEntryProtocols,
  webhooks,
  telemetryProviders,
  telemetrySelectors,
  telemetryDefaults,
  lightstep,
];
