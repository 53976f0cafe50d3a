import { hasErrors } from '@weft/base';
import { type KindRow, kindOf } from '@weft/config';
import { ConfigFailure } from '../command/config-failure.ts';
import type { CliContext } from '../command/context.ts';
import { EXIT } from '../command/exit-code.ts';
import { Failure } from '../command/failure.ts';
import { readInputs } from '../command/read-input.ts';
import { loadConfig } from '../config-files/load-config.ts';
import type { ApiClient } from './api-client.ts';
import { objectPath, parseObjectWords } from './object-path.ts';
import { waitUntilLive } from './wait.ts';

export interface DeleteOptions {
  readonly words: readonly string[];
  readonly files: readonly string[];
  readonly namespace: string;
  readonly ignoreNotFound: boolean;
  /** Undefined: do not wait. */
  readonly waitMs: number | undefined;
}

interface Target {
  readonly kind: KindRow;
  readonly namespace: string;
  readonly name: string;
}

/** Deletes each object that is named; the first that is not there ends it with exit code 4 unless that is fine. */
export async function runDelete(options: DeleteOptions, api: ApiClient, cli: CliContext): Promise<number> {
  const targets = options.files.length > 0 ? await targetsOfFiles(options.files, cli) : targetsOfWords(options);
  for (const { kind, name, namespace } of targets) {
    const label = `${kind.kind} ${kind.namespaced ? `${namespace}/` : ''}${name}`;
    try {
      await api.delete(objectPath(kind, namespace, name));
      cli.out.write(`${label} deleted\n`);
    } catch (error) {
      if (!(options.ignoreNotFound && error instanceof Failure && error.exit === 'notFound')) throw error;
      cli.out.write(`${label} was not there\n`);
    }
  }
  return options.waitMs === undefined ? EXIT.ok.code : waitUntilLive(api, undefined, options.waitMs, cli);
}

function targetsOfWords(options: DeleteOptions): readonly Target[] {
  if (options.words.length === 0) throw new Failure('usage', 'what is to be deleted?', 'weft delete vs orders');
  const { kind, names } = parseObjectWords(options.words);
  if (names.length === 0) throw new Failure('usage', `which ${kind.plural}?`, `weft delete ${kind.singular} NAME`);
  return names.map((name) => ({ kind, name, namespace: options.namespace }));
}

async function targetsOfFiles(files: readonly string[], cli: CliContext): Promise<readonly Target[]> {
  const loaded = loadConfig(await readInputs(files, cli));
  if (hasErrors(loaded.issues)) throw new ConfigFailure(loaded.issues, loaded.texts);
  return loaded.resources.flatMap((resource) => {
    const kind = kindOf(resource.group, resource.kind);
    return kind === undefined ? [] : [{ kind, name: resource.metadata.name, namespace: resource.metadata.namespace }];
  });
}
