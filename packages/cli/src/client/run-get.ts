import { formatDurationMs } from '@weft/base';
import type { CliContext } from '../command/context.ts';
import { EXIT } from '../command/exit-code.ts';
import { render } from '../output/render.ts';
import { formatTable } from '../output/table.ts';
import type { ApiClient, ApiObject } from './api-client.ts';
import { objectPath, parseObjectWords } from './object-path.ts';

export interface GetOptions {
  readonly words: readonly string[];
  readonly namespace: string | undefined;
  readonly output: string | undefined;
}

interface ApiList {
  readonly items: readonly ApiObject[];
}

/** Prints one object, several named ones, or all of a kind. */
export async function runGet(options: GetOptions, api: ApiClient, cli: CliContext): Promise<number> {
  const { kind, names } = parseObjectWords(options.words);
  const objects =
    names.length === 0
      ? (await api.get<ApiList>(objectPath(kind, options.namespace))).items
      : await Promise.all(names.map((name) => api.get(objectPath(kind, options.namespace, name))));
  const [only] = objects;
  const value = names.length === 1 && only !== undefined ? only : { apiVersion: 'v1', kind: 'List', items: objects };
  cli.out.write(render(options.output, value, () => table(objects, options.output === 'wide', kind.plural, cli)));
  return EXIT.ok.code;
}

function table(objects: readonly ApiObject[], wide: boolean, plural: string, cli: CliContext): string {
  if (objects.length === 0) return `there are no ${plural}\n`;
  const header = ['NAMESPACE', 'NAME', 'AGE', ...(wide ? ['STATUS', 'VERSION', 'LABELS'] : [])];
  const rows = objects.map(({ metadata, status }) => [
    metadata.namespace ?? '',
    metadata.name,
    age(metadata.creationTimestamp, cli.clock.now()),
    ...(wide ? [statusWord(status), metadata.resourceVersion ?? '', labels(metadata.labels)] : []),
  ]);
  return formatTable(header, rows);
}

/** What the control plane found out about the object: `ok`, the codes of what is odd, or that its last good version is in force. */
function statusWord(status: ApiObject['status']): string {
  const { conditions = [], validationMessages } = status ?? {};
  if (validationMessages === undefined) return '-';
  const stale = conditions.some((each) => each.type === 'Accepted' && each.status === 'False');
  const codes = [...new Set(validationMessages.map(({ type }) => type.code))].join(',');
  if (stale) return `last good version (${codes})`;
  return codes === '' ? 'ok' : codes;
}

function age(created: string | undefined, now: number): string {
  const at = created === undefined ? Number.NaN : Date.parse(created);
  if (Number.isNaN(at)) return '-';
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  const minutes = Math.floor(seconds / 60);
  return minutes < 5 ? formatDurationMs(seconds * 1000) : formatDurationMs(minutes * 60_000);
}

function labels(all: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(all ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
