import { isJsonObject, type JsonObject, parseDocuments, type Resource } from '@weft/config';
import type { Subject } from './analyzer.ts';

/** The networks of a mesh (istio.mesh.v1alpha1.MeshNetworks) and where they were read. */
export interface NetworkEntry {
  readonly subject: Subject;
  /** The path of `networks` inside the subject. */
  readonly at: string;
  readonly networks: JsonObject;
}

const SUBJECT = {
  kind: 'MeshNetworks',
  metadata: { namespace: 'istio-system', name: 'meshnetworks', annotations: {} },
} as const;

/** From a text of its own; undefined when it has no networks. */
export function parseMeshNetworks(text: string, file: string): NetworkEntry | undefined {
  const document = parseDocuments(text, file).documents[0];
  const networks = isJsonObject(document?.raw) ? document.raw['networks'] : undefined;
  return document === undefined || !isJsonObject(networks)
    ? undefined
    : { subject: { ...SUBJECT, source: document.source }, at: 'networks', networks };
}

/** From the key `meshNetworks` of the ConfigMap `istio`, where an installation keeps them. */
export function meshNetworksOf(configMap: Resource<'ConfigMap'>): NetworkEntry | undefined {
  const text = configMap.spec.data?.['meshNetworks'];
  const parsed = text === undefined ? undefined : parseMeshNetworks(text, configMap.source.file);
  if (parsed === undefined) return undefined;
  return { ...parsed, subject: { ...SUBJECT, source: configMap.source }, at: 'data.meshNetworks' };
}
