import { hasErrors, type Issue } from '@weft/base';
import type { Resource } from '@weft/config';
import type { ConfigReader } from '../config-reader.ts';
import type { Store } from '../store/store.ts';
import { mediaType, readBody } from './body.ts';
import { type Exchange, sendJson } from './exchange.ts';
import { ApiError, invalid } from './status.ts';

/** What happened to one object of an apply. */
export interface AppliedObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly outcome: 'created' | 'configured' | 'unchanged' | 'deleted';
}

export interface ApplyResult {
  readonly kind: 'ApplyResult';
  /** To wait for; the store's version, also when nothing changed. */
  readonly revision: number;
  readonly objects: readonly AppliedObject[];
  readonly issues: readonly Issue[];
}

export interface ApplyDeps {
  readonly store: Store;
  readonly reader: ConfigReader;
  readonly maxBodyBytes: number;
  /** What the mesh, translation and analysis would find odd that they do not find odd now. */
  readonly preview: (resources: readonly Resource[]) => readonly Issue[];
}

/**
 * `POST /apply`: any number of objects in YAML or JSON, all of them or none. `?dryRun=All` only tells what would happen; `?file=` names the text
 * in issues.
 */
export async function serveApply(exchange: Exchange, deps: ApplyDeps): Promise<void> {
  const { request, response, query, method } = exchange;
  if (method !== 'POST') throw new ApiError('MethodNotAllowed', 'apply takes POST');
  const type = mediaType(request);
  if (type !== 'application/yaml' && type !== 'application/json') {
    throw new ApiError(
      'UnsupportedMediaType',
      `'${type}' is not understood; send application/yaml or application/json`,
    );
  }
  const dryRun = query.get('dryRun');
  if (dryRun !== null && dryRun !== 'All')
    throw new ApiError('BadRequest', `dryRun: '${dryRun}' is not known (expected All)`);
  const text = await readBody(request, deps.maxBodyBytes);
  const { resources, issues } = deps.reader.text(
    text,
    query.get('file') ?? '<stdin>',
    query.get('namespace') ?? undefined,
  );
  if (hasErrors(issues)) throw invalid(issues);
  if (resources.length === 0) throw new ApiError('BadRequest', 'there is no object in the body');
  const found = deps.preview(resources);
  const results = deps.store.transact(
    resources.map((resource) => ({ type: 'put', object: deps.reader.stored(resource) })),
    { dryRun: dryRun === 'All' },
  );
  const result: ApplyResult = {
    kind: 'ApplyResult',
    revision: deps.store.version,
    objects: results.map(({ key, outcome }) => ({ kind: key.kind, namespace: key.namespace, name: key.name, outcome })),
    issues: [...issues, ...found],
  };
  sendJson(response, 200, result);
}
