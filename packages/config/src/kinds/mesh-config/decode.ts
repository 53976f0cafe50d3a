import { type Decoded, hasErrors } from '@weft/base';
import { parseDocument } from 'yaml';
import type { Resource } from '../../resource.ts';
import { Report } from '../../schema/index.ts';
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

/** The mesh configuration in a ConfigMap `istio`; undefined when it carries none. */
export function meshConfigOf(configMap: Resource<'ConfigMap'>): Decoded<MeshConfig> | undefined {
  const text = configMap.spec.data?.['mesh'];
  return text === undefined ? undefined : decodeMeshConfig(text);
}
