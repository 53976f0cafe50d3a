import { hasErrors } from '@weft/base';
import type { InputText } from '@weft/config';
import { CallError, type Mesh, meshOf } from '@weft/testing';
import { type Explanation, newSession, parseCall, printExplanation, walk } from '@weft/testing/explain';
import type { ApiClient } from '../client/api-client.ts';
import { ConfigFailure } from '../command/config-failure.ts';
import type { CliContext } from '../command/context.ts';
import { EXIT } from '../command/exit-code.ts';
import { Failure } from '../command/failure.ts';
import { readInputs } from '../command/read-input.ts';
import { loadConfig } from '../config-files/load-config.ts';
import { render } from '../output/render.ts';
import { cliStyle } from './cli-style.ts';
import { type ExplainOptions, requestOf } from './explain-options.ts';
import { LiveProxies } from './live-proxies.ts';

/** Prints what would become of the request. */
export async function runExplain(options: ExplainOptions, api: ApiClient, cli: CliContext): Promise<number> {
  const explanation = await called(async () =>
    options.files.length > 0 ? explainFiles(options, cli) : explainLive(options, api, cli),
  );
  cli.out.write(render(options.output, explanation, () => printExplanation(explanation, cliStyle(cli))));
  return EXIT.ok.code;
}

/** A caller or URL that is none ends the command as wrong usage. */
export async function called<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof CallError) throw new Failure('usage', error.message);
    throw error;
  }
}

async function explainFiles(options: ExplainOptions, cli: CliContext): Promise<Explanation> {
  const mesh = meshOfTexts(await readInputs(options.files, cli), options);
  return mesh.explain({ ...requestOf(options), seed: cli.random.below(2 ** 31) });
}

/** The mesh that the texts describe. @throws ConfigFailure */
function meshOfTexts(inputs: readonly InputText[], options: Pick<ExplainOptions, 'interception'>): Mesh {
  const loaded = loadConfig(inputs);
  if (hasErrors(loaded.issues)) throw new ConfigFailure(loaded.issues, loaded.texts);
  return meshOf(loaded.resources, loaded.issues, { interception: options.interception });
}

async function explainLive(options: ExplainOptions, api: ApiClient, cli: CliContext): Promise<Explanation> {
  const { from, headers, method, url } = options;
  const call = parseCall({ url, method, headers });
  const proxies = new LiveProxies(api);
  return walk(call, await proxies.startOf(from, call), proxies, newSession(cli.random, true));
}
