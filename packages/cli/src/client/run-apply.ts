import { hasErrors, type Issue } from '@weft/base';
import { type InputText, type Resource, resourceTitle } from '@weft/config';
import { ConfigFailure } from '../command/config-failure.ts';
import type { CliContext } from '../command/context.ts';
import { EXIT } from '../command/exit-code.ts';
import { readInputs } from '../command/read-input.ts';
import { loadConfig } from '../config-files/load-config.ts';
import { formatDiagnostics } from '../output/diagnostics.ts';
import { render } from '../output/render.ts';
import { sourceLines } from '../output/source-lines.ts';
import type { ApiClient, AppliedObject } from './api-client.ts';
import { waitUntilLive } from './wait.ts';

export interface ApplyOptions {
  readonly files: readonly string[];
  readonly dryRun: boolean;
  /** Undefined: do not wait. */
  readonly waitMs: number | undefined;
  readonly output: string | undefined;
}

/**
 * Checks the files here, where their names and lines are known, then sends them in one request. The control plane checks again: it also
 * knows what the new objects meet there.
 */
export async function runApply(options: ApplyOptions, api: ApiClient, cli: CliContext): Promise<number> {
  const inputs = await readInputs(options.files, cli);
  const loaded = loadConfig(inputs);
  if (hasErrors(loaded.issues)) throw new ConfigFailure(loaded.issues, loaded.texts);
  const result = await api.apply(joinDocuments(inputs), loaded.texts, options.dryRun);
  const told = new Set(loaded.issues.map(identityOf));
  const more = result.issues.filter((issue) => !told.has(identityOf(issue)));
  const warnings = [...loaded.issues, ...more.map((issue) => placed(issue, loaded.resources))];
  if (warnings.length > 0) cli.err.write(formatDiagnostics(warnings, sourceLines(loaded.texts), cli.err));
  const people = (): string =>
    result.objects.map((object) => `${describe(object)}${options.dryRun ? ' (dry run)' : ''}\n`).join('');
  cli.out.write(render(options.output, result, people));
  if (options.waitMs === undefined || options.dryRun) return EXIT.ok.code;
  return waitUntilLive(api, result.revision, options.waitMs, cli);
}

function identityOf({ at, code, message, resource }: Issue): string {
  return [code, resource, at, message].join('\n');
}

/** The control plane got one text; here it is known which file an object is in. */
function placed(issue: Issue, resources: readonly Resource[]): Issue {
  const own = resources.find((resource) => resourceTitle(resource) === issue.resource);
  if (own === undefined) return issue;
  const { source } = own;
  return {
    ...issue,
    position: { file: source.file, line: source.lineOf(issue.at), column: source.columnOf(issue.at) },
  };
}

/** `VirtualService default/orders configured` */
export function describe(object: AppliedObject): string {
  return `${object.kind} ${object.namespace === '' ? '' : `${object.namespace}/`}${object.name} ${object.outcome}`;
}

/** One YAML stream. JSON is YAML, so files of both kinds can stand in it. */
function joinDocuments(inputs: readonly InputText[]): string {
  return inputs.map((input) => input.text.replace(/\n?$/, '\n')).join('---\n');
}
