import { isJsonObject, type JsonObject } from './json.ts';
import { LOAD_BALANCER_ANNOTATION } from './kinds/destination-rule/load-balancer-annotation.ts';
import type { KindNames } from './kinds/kind.ts';
import type { ObjectMeta } from './resource.ts';
import { integer, map, object, type Report, type Schema, text } from './schema/index.ts';

interface WrittenMeta {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: string;
  readonly generation?: number;
  readonly resourceVersion?: string;
  readonly uid?: string;
}

/** What servers add (managedFields, ownerReferences, …) is left alone. */
const writtenMeta: Schema<WrittenMeta> = object<WrittenMeta>(
  {
    name: text(),
    generateName: text(),
    namespace: text(),
    labels: map(text()),
    annotations: map(text()),
    creationTimestamp: text(),
    generation: integer(),
    resourceVersion: text(),
    uid: text(),
  },
  { open: true },
);

/** RFC 1123 subdomain, what Kubernetes takes for a name. Upper case is refused by it, and by us. */
const OBJECT_NAME = /^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/;
const MAX_NAME = 253;

/** Annotations that give an object powers of the control plane; users may not set them. */
const RESERVED = [
  'internal.istio.io/webhook-always-reject',
  'internal.istio.io/parent-namespace',
  'internal.istio.io/parents',
] as const;
const DRY_RUN = 'istio.io/dry-run';

/** Decodes `metadata`. Namespaced objects without a namespace go to `defaultNamespace`. */
export function decodeMetadata(raw: JsonObject, kind: KindNames, defaultNamespace: string, report: Report): ObjectMeta {
  const given = raw['metadata'];
  if (given === undefined || given === null)
    report.error('metadata', 'missing-field', 'metadata with a name is required');
  const written = isJsonObject(given) ? (writtenMeta.decode(given, 'metadata', report) ?? {}) : {};
  if (given !== undefined && given !== null && !isJsonObject(given)) writtenMeta.decode(given, 'metadata', report);
  const name = written.name ?? '';
  if (isJsonObject(given) && (name === '' || name.length > MAX_NAME || !OBJECT_NAME.test(name))) {
    report.error(
      'metadata.name',
      'invalid-name',
      name === '' ? 'a name is required' : `invalid name ${JSON.stringify(name)}`,
      {
        expected: 'lower-case letters, digits, - and .',
      },
    );
  }
  const annotations = written.annotations ?? {};
  for (const annotation of RESERVED) {
    if (annotation in annotations) {
      report.error(
        `metadata.annotations.${annotation}`,
        'reserved-annotation',
        'this annotation may not be set by users',
      );
    }
  }
  if (DRY_RUN in annotations && kind.kind !== 'AuthorizationPolicy' && kind.group.endsWith('istio.io')) {
    report.error(
      `metadata.annotations.${DRY_RUN}`,
      'unsupported',
      `dry run is not supported for ${kind.kind}: remove the annotation`,
    );
  }
  if (LOAD_BALANCER_ANNOTATION in annotations && kind.kind !== 'DestinationRule') {
    report.warning(
      `metadata.annotations.${LOAD_BALANCER_ANNOTATION}`,
      'no-effect',
      `this annotation has no effect on a ${kind.kind}`,
      { hint: 'put it on the DestinationRule of the host' },
    );
  }
  return {
    name,
    namespace: kind.namespaced ? (written.namespace ?? defaultNamespace) : '',
    labels: written.labels ?? {},
    annotations,
    creationTimestamp: written.creationTimestamp,
    generation: written.generation,
    resourceVersion: written.resourceVersion,
    uid: written.uid,
  };
}
