import { fileURLToPath } from 'node:url';
import { formatIssue, hasErrors, type Issue } from '@weft/base';
import { type InputText, loadTexts, type MeshConfig, type Resource, readConfigPaths } from '@weft/config';
import type { Interception } from './caller.ts';
import { Mesh } from './mesh.ts';
import { inventPods, type TestWorkload } from './workloads.ts';

/** A file or folder of YAML (or JSON), or the text itself. */
export type MeshSource = string | URL | { readonly yaml: string; readonly file?: string };

export interface LoadMeshOptions {
  /** Workloads that the configuration does not describe. Deployments without Pods get theirs by themselves. */
  readonly workloads?: readonly TestWorkload[];
  /** Decides what is left to chance. 1 unless said. */
  readonly seed?: number;
  /** `NONE`, as `weft up` runs workloads, unless said; `REDIRECT` for listeners as on Kubernetes. */
  readonly interception?: Interception;
  /** The DNS suffix of services; `cluster.local` unless said. */
  readonly domain?: string;
  /** Instead of the ConfigMap `istio` among the objects. */
  readonly meshConfig?: MeshConfig;
  /** The mesh has a certificate authority, so proxies speak mutual TLS. False unless said. */
  readonly certificates?: boolean;
  /** Leaves invalid objects out instead of failing; `mesh.issues` has them. */
  readonly allowInvalid?: boolean;
}

/** Configuration that the control plane would refuse: every issue at once, each with its file and line. */
export class InvalidConfigError extends Error {
  override readonly name = 'InvalidConfigError';
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    const errors = issues.filter(({ severity }) => severity === 'error');
    const count = `${errors.length} ${errors.length === 1 ? 'error' : 'errors'} in the configuration`;
    super([count, ...errors.map(formatIssue)].join('\n'));
    this.issues = issues;
  }
}

/**
 * Reads configuration as the control plane does and makes a mesh of it.
 *
 * @throws InvalidConfigError when an object is invalid (see `allowInvalid`); the system's error for a path that cannot be read.
 */
export async function loadMesh(
  sources: MeshSource | readonly MeshSource[],
  options: LoadMeshOptions = {},
): Promise<Mesh> {
  const list: readonly MeshSource[] = Array.isArray(sources) ? sources : [sources];
  const texts: InputText[] = [];
  for (const source of list) texts.push(...(await textsOf(source)));
  const { resources, issues } = loadTexts(texts);
  if (hasErrors(issues) && options.allowInvalid !== true) throw new InvalidConfigError(issues);
  return meshOf(resources, issues, options);
}

/** A mesh of objects that were read already. @throws InvalidConfigError for workloads that cannot be */
export function meshOf(resources: readonly Resource[], issues: readonly Issue[], options: LoadMeshOptions = {}): Mesh {
  const { workloads = [], seed = 1, interception = 'NONE', domain, meshConfig, certificates = false } = options;
  const invented = inventPods(resources, workloads);
  if (hasErrors(invented.issues)) throw new InvalidConfigError(invented.issues);
  const all = [...resources, ...invented.pods];
  return new Mesh(all, issues, { seed, interception, domain, meshConfig, certificates });
}

async function textsOf(source: MeshSource): Promise<readonly InputText[]> {
  if (typeof source === 'object' && 'yaml' in source) return [{ file: source.file ?? '<yaml>', text: source.yaml }];
  const path = typeof source === 'string' ? source : fileURLToPath(source);
  return readConfigPaths([path], process.stdin);
}
