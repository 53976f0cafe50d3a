import { hasErrors } from '@weft/base';
import { type InputText, type Resource, resourceKey } from '@weft/config';
import { CallError, describeCaller, type Interception, type Mesh, type MeshRequest, meshOf } from '@weft/testing';
import { type Explanation, printRequest } from '@weft/testing/explain';
import { liveInputs } from '../analyze/live-inputs.ts';
import type { ApiClient } from '../client/api-client.ts';
import { ConfigFailure } from '../command/config-failure.ts';
import type { CliContext } from '../command/context.ts';
import { EXIT } from '../command/exit-code.ts';
import { Failure } from '../command/failure.ts';
import { readInputs } from '../command/read-input.ts';
import { loadConfig } from '../config-files/load-config.ts';
import { render } from '../output/render.ts';
import { cliStyle } from './cli-style.ts';
import { deriveRequests } from './derive-requests.ts';
import { differences, effectsOf } from './effects.ts';
import { type ChangedRequest, type ExplainDiff, printDiff } from './print-diff.ts';
import { parseRequests } from './requests-file.ts';

export interface ExplainDiffOptions {
  readonly files: readonly string[];
  /** Empty: the objects of the control plane, which `files` are put over. */
  readonly base: readonly string[];
  readonly requests: string | undefined;
  readonly interception: Interception;
  readonly output: string;
}

interface Side {
  readonly resources: readonly Resource[];
  readonly mesh: Mesh;
}

/** Prints what new configuration changes for a set of requests. Like diff(1): 0 when nothing, 1 when something does. */
export async function runExplainDiff(options: ExplainDiffOptions, api: ApiClient, cli: CliContext): Promise<number> {
  if (options.files.length === 0) throw new Failure('usage', '--diff needs -f: the new configuration');
  const { before, after } = await sidesOf(options, api, cli);
  const { requests, skipped } = await requestsOf(options, before, after, cli);
  const seed = cli.random.below(2 ** 31);
  const changed: ChangedRequest[] = [];
  for (const request of requests) {
    const [old, now] = await Promise.all([ask(before.mesh, request, seed), ask(after.mesh, request, seed)]);
    const found = differences(effectsOf(old), effectsOf(now));
    const url = printRequest(now.hops.length > 0 ? now.request : old.request);
    if (found.length > 0)
      changed.push({ request: url, from: now.request.from, differences: found, before: old, after: now });
  }
  const diff: ExplainDiff = { requests: requests.length, changed, notProbed: skipped };
  cli.out.write(render(options.output, diff, () => printDiff(diff, cliStyle(cli))));
  return changed.length === 0 ? EXIT.ok.code : EXIT.failure.code;
}

/** A caller that only one of the two knows meets no proxy in the other. */
async function ask(mesh: Mesh, request: MeshRequest, seed: number): Promise<Explanation> {
  try {
    return await mesh.explain({ ...request, seed });
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    const from = describeCaller(request.from);
    return {
      request: { from, method: request.method ?? '', url: request.url, headers: [] },
      hops: [],
      outcome: { kind: 'refused', reason: error.message },
      note: '',
    };
  }
}

async function sidesOf(
  options: ExplainDiffOptions,
  api: ApiClient,
  cli: CliContext,
): Promise<{ readonly before: Side; readonly after: Side }> {
  const { interception } = options;
  const side = (resources: readonly Resource[]): Side => ({ resources, mesh: meshOf(resources, [], { interception }) });
  const added = load(await readInputs(options.files, cli));
  if (options.base.length > 0) {
    return { before: side(load(await readInputs(options.base, cli))), after: side(added) };
  }
  const live = load(await liveInputs(api));
  const keys = new Set(added.map(resourceKey));
  return { before: side(live), after: side([...live.filter((each) => !keys.has(resourceKey(each))), ...added]) };
}

function load(inputs: readonly InputText[]): readonly Resource[] {
  const loaded = loadConfig(inputs);
  if (hasErrors(loaded.issues)) throw new ConfigFailure(loaded.issues, loaded.texts);
  return loaded.resources;
}

async function requestsOf(
  { requests: file }: ExplainDiffOptions,
  before: Side,
  after: Side,
  cli: CliContext,
): Promise<{ readonly requests: readonly MeshRequest[]; readonly skipped: readonly string[] }> {
  if (file !== undefined) {
    const inputs = await readInputs([file], cli);
    return { requests: inputs.flatMap((input) => parseRequests(input.text, input.file)), skipped: [] };
  }
  const [old, now] = [deriveRequests(before.resources), deriveRequests(after.resources)];
  const unique = new Map([...old.requests, ...now.requests].map((request) => [JSON.stringify(request), request]));
  return { requests: [...unique.values()], skipped: [...new Set([...old.skipped, ...now.skipped])] };
}
