import { type Resource, resourcesOf } from '@weft/config';
import type { Locality } from '@weft/mesh';

/** What is known of a workload: enough to be the caller, or to stand behind an endpoint. */
export interface KnownWorkload {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly address: string;
  readonly serviceAccount: string;
  readonly locality: Locality;
  /** No sidecar is injected into it. */
  readonly bare: boolean;
}

export function knownWorkloads(resources: readonly Resource[]): readonly KnownWorkload[] {
  return [
    ...resourcesOf(resources, 'WorkloadEntry').map(({ metadata, spec }) => {
      const labels = { ...metadata.labels, ...spec.labels };
      return {
        name: metadata.name,
        namespace: metadata.namespace,
        labels,
        address: spec.address ?? '',
        serviceAccount: spec.serviceAccount ?? 'default',
        locality: localityOf(spec.locality ?? labels['istio-locality']),
        bare: false,
      };
    }),
    ...resourcesOf(resources, 'Pod').map(({ metadata, spec, status }) => {
      const { name, namespace, labels, annotations } = metadata;
      const inject = labels['sidecar.istio.io/inject'] ?? annotations['sidecar.istio.io/inject'];
      return {
        name,
        namespace,
        labels,
        address: status?.podIP ?? '',
        serviceAccount: spec.serviceAccountName ?? 'default',
        locality: localityOf(labels['istio-locality']),
        bare: inject === 'false',
      };
    }),
  ];
}

/** `region/zone/subzone`; with dots where it is a label. */
function localityOf(text: string | undefined): Locality {
  const [region = '', zone = '', subZone = ''] = (text ?? '').replaceAll('.', '/').split('/');
  return { region, zone, subZone };
}

/** A workload by its name, its name without what tells instances apart, its app, or app and version (`orders-v2`). */
export function findWorkload(
  workloads: readonly KnownWorkload[],
  name: string,
  namespace: string,
): KnownWorkload | undefined {
  const here = workloads.filter((each) => each.namespace === namespace);
  const app = ({ labels }: KnownWorkload): string => labels['app'] ?? labels['app.kubernetes.io/name'] ?? '';
  return (
    here.find((each) => each.name === name) ??
    here.find((each) => each.name.replace(/(?:-[a-z0-9]+){1,2}$/, '') === name) ??
    here.find((each) => app(each) === name) ??
    here.find((each) => `${app(each)}-${each.labels['version'] ?? ''}` === name)
  );
}
