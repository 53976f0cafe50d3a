import { decodeMeshConfig, isJsonObject, type JsonObject, parseDocuments, type Resource } from '@weft/config';
import { selects } from '@weft/mesh';
import type { Analyzer } from '../analyzer.ts';
import { fullName, type Objects } from '../objects.ts';
import { allContainers, SIDECAR } from '../workload.ts';

const INJECTOR = 'istio-sidecar-injector';

function child(parent: unknown, name: string): JsonObject {
  const value = isJsonObject(parent) ? parent[name] : undefined;
  return isJsonObject(value) ? value : {};
}

/** The image an injector gives sidecars: `global.proxy.image`, completed by `hub` and `tag` unless it is a whole reference. */
function imageOf({ spec }: Resource<'ConfigMap'>): string {
  const values = parseDocuments(spec.data?.['values'] ?? '', '').documents[0]?.raw;
  const global = child(values, 'global');
  const image = String(child(global, 'proxy')['image'] ?? '');
  return image.includes('/') ? image : `${String(global['hub'] ?? '')}/${image}:${String(global['tag'] ?? '')}`;
}

/** The name of the injector's ConfigMap for a namespace; undefined when its pods get no sidecar. */
function injectorOf({ metadata: { labels } }: Resource<'Namespace'>): string | undefined {
  const revision = labels['istio.io/rev'];
  if (revision === undefined && labels['istio-injection'] !== 'enabled') return undefined;
  return revision === undefined || revision === '' || revision === 'default' ? INJECTOR : `${INJECTOR}-${revision}`;
}

function annotatedImageType(annotation: string | undefined): string | undefined {
  if (annotation === undefined) return undefined;
  const raw = parseDocuments(annotation, '').documents[0]?.raw;
  const decoded = decodeMeshConfig(JSON.stringify({ defaultConfig: raw ?? {} }));
  return decoded.ok ? decoded.value.defaultConfig?.image?.imageType : undefined;
}

/** The variant of the image that a pod asks for: the nearest of mesh, namespace, workload and pod that names one. */
function imageType({ metadata }: Resource<'Pod'>, objects: Objects): string {
  const { namespace, labels, annotations } = metadata;
  const configs = objects.of('ProxyConfig');
  const here = configs.filter(
    (config) => config.metadata.namespace === namespace && namespace !== objects.rootNamespace,
  );
  const asked = [
    objects.meshConfig.defaultConfig?.image?.imageType,
    ...configs.filter((config) => config.metadata.namespace === objects.rootNamespace).map(imageTypeOf),
    ...here.filter(({ spec }) => spec.selector === undefined).map(imageTypeOf),
    ...here.filter(({ spec }) => spec.selector && selects(spec.selector.matchLabels ?? {}, labels)).map(imageTypeOf),
    annotatedImageType(annotations['proxy.istio.io/config']),
  ];
  const nearest = asked.findLast((type) => (type ?? '') !== '') ?? '';
  return nearest === 'default' ? '' : nearest;
}

function imageTypeOf({ spec }: Resource<'ProxyConfig'>): string | undefined {
  return spec.image?.imageType;
}

function isOutdated(pod: Resource<'Pod'>, injected: string, objects: Objects): boolean {
  if ((pod.metadata.annotations['sidecar.istio.io/proxyImage'] ?? '') !== '') return false;
  const sidecars = allContainers(pod.spec).filter((container) => container.name === SIDECAR);
  const variant = `${injected}-${imageType(pod, objects)}`;
  return sidecars.some(({ image = '' }) => image !== injected && image !== variant);
}

/** Pods whose sidecar is not the one they would get today. */
export const injectionImage: Analyzer = {
  name: 'injection.ImageAnalyzer',
  codes: ['IST0158'],
  analyze(objects, tell) {
    const images = new Map(
      objects
        .of('ConfigMap')
        .filter(({ metadata }) => metadata.name.startsWith(INJECTOR))
        .map((configMap) => [configMap.metadata.name, imageOf(configMap)]),
    );
    for (const namespace of objects.of('Namespace')) {
      const image = images.get(injectorOf(namespace) ?? '');
      if (image === undefined) continue;
      const pods = objects
        .of('Pod')
        .filter((pod) => pod.metadata.namespace === fullName(namespace) && isOutdated(pod, image, objects))
        .map((pod) => pod.metadata.name);
      if (pods.length > 0) tell('IST0158', namespace, 'metadata.name', { pods: pods.sort().join(', ') });
    }
  },
};
