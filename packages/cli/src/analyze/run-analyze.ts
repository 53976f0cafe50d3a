import { analyze, defaultGateway, meshNetworksOf, parseSuppression, withoutSuppressed } from '@weft/analyze';
import type { Issue, Severity } from '@weft/base';
import { decodeMeshConfig, type MeshConfig, meshConfigOf, type Resource, resourcesOf } from '@weft/config';
import type { ApiClient } from '../client/api-client.ts';
import { ConfigFailure } from '../command/config-failure.ts';
import type { CliContext } from '../command/context.ts';
import { EXIT } from '../command/exit-code.ts';
import { Failure } from '../command/failure.ts';
import { readInputs } from '../command/read-input.ts';
import { loadConfig } from '../config-files/load-config.ts';
import { formatDiagnostics } from '../output/diagnostics.ts';
import { sourceLines } from '../output/source-lines.ts';
import { liveInputs } from './live-inputs.ts';
import { messagesJson } from './messages-json.ts';
import { messagesSarif } from './messages-sarif.ts';

export interface AnalyzeOptions {
  /** Empty: the objects of the control plane. */
  readonly files: readonly string[];
  readonly output: string;
  readonly threshold: string;
  readonly suppress: readonly string[];
  readonly meshConfig: string | undefined;
  /** `name=path` of each further cluster. */
  readonly clusters: readonly string[];
}

const LEVELS: readonly string[] = ['info', 'warning', 'error'];

/**
 * Prints what analysis finds and returns the exit code. Files say which workloads there are only when they contain Pods: elsewhere
 * workloads come and go without being written down. The control plane knows them.
 */
export async function runAnalyze(options: AnalyzeOptions, api: ApiClient, cli: CliContext): Promise<number> {
  const suppressions = options.suppress.map((text) => {
    const parsed = parseSuppression(text);
    if (parsed !== undefined) return parsed;
    throw new Failure(
      'usage',
      `"${text}" suppresses nothing`,
      'write CODE=Kind name, such as "IST0102=Namespace shop"',
    );
  });
  const inputs = options.files.length > 0 ? await readInputs(options.files, cli) : await liveInputs(api);
  const loaded = loadConfig(inputs, { keepInvalid: true });
  const found = analyze({
    resources: [...defaultGateway(), ...loaded.resources],
    issues: loaded.issues,
    meshConfig: await meshConfig(options.meshConfig, loaded.resources, cli),
    meshNetworks: resourcesOf(loaded.resources, 'ConfigMap')
      .filter(({ metadata }) => metadata.name === 'istio')
      .map(meshNetworksOf)
      .find((networks) => networks !== undefined),
    clusters: await servicesOfClusters(options.clusters, loaded.resources, cli),
    workloadsKnown: options.files.length === 0 || resourcesOf(loaded.resources, 'Pod').length > 0,
    nowMs: cli.clock.now(),
  });
  const messages = withoutSuppressed(found, suppressions);
  cli.out.write(print(options.output, messages, loaded.resources.length, loaded.texts, cli));
  const least = LEVELS.indexOf(options.threshold);
  const failed = messages.some(({ severity }) => LEVELS.indexOf(severity) >= least);
  return failed ? EXIT.findings.code : EXIT.ok.code;
}

/** The services of the objects given and of further clusters, by cluster. */
async function servicesOfClusters(
  clusters: readonly string[],
  local: readonly Resource[],
  cli: CliContext,
): Promise<ReadonlyMap<string, readonly Resource<'Service'>[]>> {
  const found = new Map([['local', resourcesOf(local, 'Service')]]);
  for (const text of clusters) {
    const [, name = '', path = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (name === '') throw new Failure('usage', `"${text}" is no cluster`, 'write name=path, such as east=./east');
    const { resources } = loadConfig(await readInputs([path], cli), { keepInvalid: true });
    found.set(name, resourcesOf(resources, 'Service'));
  }
  return found;
}

async function meshConfig(
  file: string | undefined,
  resources: readonly Resource[],
  cli: CliContext,
): Promise<MeshConfig | undefined> {
  if (file === undefined) return meshConfigOf(resources);
  const text = (await readInputs([file], cli)).map((input) => input.text).join('\n');
  const decoded = decodeMeshConfig(text);
  if (decoded.ok) return decoded.value;
  throw new ConfigFailure(decoded.issues.map((issue) => ({ ...issue, resource: file })));
}

function print(
  output: string,
  messages: readonly Issue[],
  objects: number,
  texts: ReadonlyMap<string, string>,
  cli: CliContext,
): string {
  if (output === 'json') return `${JSON.stringify(messagesJson(messages, objects), null, 2)}\n`;
  if (output === 'sarif') return `${JSON.stringify(messagesSarif(messages), null, 2)}\n`;
  const count = (level: Severity): number => messages.filter(({ severity }) => severity === level).length;
  const summary = `${objects} objects, ${count('error')} errors, ${count('warning')} warnings, ${count('info')} notes\n`;
  return messages.length === 0 ? summary : `${formatDiagnostics(messages, sourceLines(texts), cli.out)}\n${summary}`;
}
