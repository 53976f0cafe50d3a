import { analyze } from '@weft/analyze';
import { hasErrors } from '@weft/base';
import { loadTexts, meshConfigOf, type Resource } from '@weft/config';
import { stringify } from 'yaml';
import { liveInputs } from '../analyze/live-inputs.ts';
import type { ApiClient } from '../client/api-client.ts';
import type { CliContext } from '../command/context.ts';
import { EXIT } from '../command/exit-code.ts';
import { Failure } from '../command/failure.ts';
import { callsOf } from './calls.ts';
import { type Observation, observePrometheus, observeProxies } from './observe.ts';
import { type Suggestion, suggestSidecars } from './sidecars.ts';
import { unseen } from './unseen.ts';

export interface SuggestSidecarsOptions {
  readonly namespace: string | undefined;
  readonly per: 'workload' | 'namespace';
  /** Undefined: ask the connected proxies. */
  readonly prometheus: string | undefined;
  /** How far back Prometheus is asked. */
  readonly sinceMs: number;
  /** Undefined: everything since the proxies started. */
  readonly forMs: number | undefined;
  readonly domain: string;
}

/** Writes Sidecars to standard output, and what was seen and not seen to standard error and into comments. */
export async function runSuggestSidecars(
  options: SuggestSidecarsOptions,
  api: ApiClient,
  cli: CliContext,
): Promise<number> {
  const { namespace, per, prometheus, domain } = options;
  const { resources } = loadTexts(await liveInputs(api), { keepInvalid: true });
  const observed =
    prometheus === undefined
      ? await observeProxies(api, options.forMs, cli)
      : await observePrometheus(prometheus, options.sinceMs);
  const calls = callsOf(observed.samples);
  const suggestions = suggestSidecars({ calls, resources, per, namespace, domain });
  const missing = [...observed.missed, ...unseen(calls, resources, namespace, observed.watched)];
  cli.err.write(`observed ${observed.told}\n${missing.map((text) => `not seen: ${text}\n`).join('')}`);
  if (suggestions.length === 0) {
    throw new Failure('notFound', 'no call between workloads was seen', 'send some traffic, or observe for longer');
  }
  const text = printSuggestions(suggestions, observed, missing);
  check(text, resources);
  cli.out.write(text);
  return EXIT.ok.code;
}

function printSuggestions(
  suggestions: readonly Suggestion[],
  observed: Observation,
  missing: readonly string[],
): string {
  const head = [`Suggested from observed traffic: ${observed.told}.`, ...missing.map((text) => `Not seen: ${text}.`)];
  const documents = suggestions.map(({ calls, notes, sidecar }) => {
    const count = Math.round(calls.reduce((sum, call) => sum + call.count, 0));
    return `${comment([`${count} calls seen.`, ...notes.map((note) => `${note}.`)])}${stringify(sidecar, { lineWidth: 0 })}`;
  });
  return `${comment(head)}${documents.join('---\n')}`;
}

function comment(lines: readonly string[]): string {
  return lines.map((line) => `# ${line}\n`).join('');
}

/** What is suggested has to pass what everything else has to. */
function check(text: string, resources: readonly Resource[]): void {
  const made = loadTexts([{ file: 'suggestion.yaml', text }]);
  const names = new Set(made.resources.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  const others = resources.filter(
    ({ type, metadata }) => type !== 'Sidecar' || !names.has(`${metadata.namespace}/${metadata.name}`),
  );
  const all = [...others, ...made.resources];
  const found = analyze({ resources: all, meshConfig: meshConfigOf(all), workloadsKnown: true, nowMs: 0 });
  const wrong = [...made.issues, ...found.filter(({ position }) => position?.file === 'suggestion.yaml')];
  // Another Sidecar for the same workloads is among the notes: only a person can say which one to keep.
  const errors = wrong.filter(({ code, severity }) => severity === 'error' && code !== 'IST0110' && code !== 'IST0111');
  if (hasErrors(errors)) throw new Failure('failure', `the suggestion is not valid: ${errors[0]?.message ?? ''}`);
}
