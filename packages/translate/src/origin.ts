import type { JsonObject } from '@bufbuild/protobuf';
import type { ObjectRef, Origin } from '@weft/mesh';
import { formatRef } from '@weft/mesh';
import type { MetadataSchema } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import type { Init } from './wire/init.ts';

type MetadataInit = Init<typeof MetadataSchema>;

const KEBAB: Readonly<Record<string, string>> = {
  VirtualService: 'virtual-service',
  DestinationRule: 'destination-rule',
};

/** `/apis/networking.istio.io/v1/namespaces/<ns>/virtual-service/<name>`, Istio's name for an object (util.BuildConfigInfoMetadata). */
export function configPath(ref: ObjectRef): string {
  const kind = KEBAB[ref.kind] ?? ref.kind.toLowerCase();
  return `/apis/networking.istio.io/v1/namespaces/${ref.namespace}/${kind}/${ref.name}`;
}

/** Where a piece of xDS comes from: Istio's `istio.config`, and under `weft` the object, path, file and line. */
export function originMetadata(origin: Origin): MetadataInit {
  return { filterMetadata: { istio: { config: configPath(origin.ref) }, weft: weftOrigin(origin) } };
}

/** The value of `filter_metadata.weft`. */
export function weftOrigin(origin: Origin): JsonObject {
  const at = origin.ref.positionOf(origin.path);
  return { resource: formatRef(origin.ref), path: origin.path, file: at.file, line: at.line };
}
