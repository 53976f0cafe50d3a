import { type Resource, resourcesOf } from '@weft/config';
import { GATEWAY_NAME_LABEL, servedGateways } from '@weft/mesh';

/** Proxies that Gateways are for. */
export interface GatewayCandidate {
  /** What such a proxy is asked for by: the Gateway's name, the label `istio`. */
  readonly names: readonly (string | undefined)[];
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
  /** As the Gateway API has it; else it follows from the labels. */
  readonly place: { readonly namespace: string; readonly name: string } | undefined;
}

/** Of Istio's Gateways by their selector, of the Gateway API by the Gateway's name or by the Services in front of it. */
export function gatewayCandidates(resources: readonly Resource[]): readonly GatewayCandidate[] {
  const selected = resourcesOf(resources, 'Gateway').map(({ spec, metadata }) => ({
    names: [spec.selector?.['istio'], metadata.name],
    labels: spec.selector ?? {},
    ports: (spec.servers ?? []).flatMap(({ port }) => port?.number ?? []),
    place: undefined,
  }));
  const services = resourcesOf(resources, 'Service');
  const served = servedGateways(resources).flatMap(({ gateway, ports, services: hosts }) => {
    const { name, namespace } = gateway.metadata;
    if (hosts === undefined) {
      const place = { namespace, name: `${name}-${gateway.spec.gatewayClassName ?? ''}` };
      return [{ names: [name, place.name], labels: { [GATEWAY_NAME_LABEL]: name }, ports, place }];
    }
    return services
      .filter(({ metadata }) => hosts.includes(`${metadata.namespace}/${metadata.name}`))
      .map(({ metadata, spec }) => ({
        names: [name, metadata.name, spec.selector?.['istio']],
        labels: spec.selector ?? {},
        ports,
        place: { namespace: metadata.namespace, name: metadata.name },
      }));
  });
  return [...selected, ...served];
}
