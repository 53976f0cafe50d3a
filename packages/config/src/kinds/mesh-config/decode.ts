import { type Decoded, hasErrors } from '@weft/base';
import { parseDocument } from 'yaml';
import { type Resource, resourcesOf } from '../../resource.ts';
import { resourceKey } from '../../resource-key.ts';
import { Report } from '../../schema/index.ts';
import type { DefaultProxyConfig } from './proxy-config.ts';
import { defaultProxyConfig } from './proxy-config-schema.ts';
import { meshConfig } from './schema.ts';
import type { MeshConfig } from './type.ts';
import { checkMeshConfig } from './validate.ts';

/** The YAML text below the key `mesh`. Fields that nobody knows are errors; paths start at the configuration itself. */
export function decodeMeshConfig(text: string): Decoded<MeshConfig> {
  const document = parseDocument(text, { prettyErrors: false, merge: true, logLevel: 'error' });
  const report = new Report(false);
  for (const error of document.errors) report.error('', 'yaml-syntax', error.message);
  if (document.errors.length > 0) return { ok: false, issues: report.issues };
  const value = meshConfig.decode(document.toJS({ maxAliasCount: 100 }) ?? {}, '', report);
  if (value !== undefined) checkMeshConfig(value, '', report);
  return value === undefined || hasErrors(report.issues)
    ? { ok: false, issues: report.issues }
    : { ok: true, value, issues: report.issues };
}

/** The options of one proxy as YAML: the annotation `proxy.istio.io/config`, or what a proxy says of itself (`PROXY_CONFIG`). */
export function decodeProxyConfig(text: string): Decoded<DefaultProxyConfig> {
  const document = parseDocument(text, { prettyErrors: false, merge: true, logLevel: 'error' });
  const report = new Report(false);
  for (const error of document.errors) report.error('', 'yaml-syntax', error.message);
  const value =
    document.errors.length > 0
      ? undefined
      : defaultProxyConfig.decode(document.toJS({ maxAliasCount: 100 }) ?? {}, '', report);
  return value === undefined || hasErrors(report.issues)
    ? { ok: false, issues: report.issues }
    : { ok: true, value, issues: report.issues };
}

/** The configuration of the mesh among the objects of a mesh; undefined when none carries a valid one. */
export function meshConfigOf(resources: readonly Resource[], rootNamespace = 'istio-system'): MeshConfig | undefined {
  for (const { metadata, spec } of resourcesOf(resources, 'ConfigMap')) {
    if (metadata.name !== 'istio' || metadata.namespace !== rootNamespace) continue;
    const decoded = spec.data?.['mesh'] === undefined ? undefined : decodeMeshConfig(spec.data['mesh']);
    if (decoded?.ok === true) return decoded.value;
  }
  return operatorMeshConfig(resources);
}

/**
 * `spec.meshConfig` of an IstioOperator, from which Istio's installer writes the ConfigMap. Of several, the first that has one by
 * namespace and name.
 */
export function operatorMeshConfig(resources: readonly Resource[]): MeshConfig | undefined {
  const said = resourcesOf(resources, 'IstioOperator').filter(({ spec }) => spec.meshConfig !== undefined);
  const [first] = said.toSorted((a, b) => (resourceKey(a) < resourceKey(b) ? -1 : 1));
  return first?.spec.meshConfig;
}
