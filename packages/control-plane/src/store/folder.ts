import { type FSWatcher, readdirSync, readFileSync, type Stats, statSync, watch } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { type Clock, hasErrors, type Issue, type Logger, type Timer } from '@weft/base';
import type { Resource } from '@weft/config';
import type { ConfigReader } from '../config-reader.ts';
import { describeKey, keyOf, printKey, type StoredObject } from './object.ts';
import type { ObjectStore } from './object-store.ts';

const EXTENSIONS: ReadonlySet<string> = new Set(['.yaml', '.yml', '.json']);
/** Editors write in several steps; a file is read when its folder has been quiet for this long. */
const QUIET_MS = 30;
/** An emptied file may be one about to be written; it counts as empty only when it still is after this. */
const EMPTY_MS = 250;
/** Changes that the system does not announce (network file systems) are found by looking. */
const POLL_MS = 2_000;
const MAX_FILE_BYTES = 16 << 20;

export interface FolderOptions {
  readonly reader: ConfigReader;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The issues of a file changed; none when it is fine again. */
  readonly onIssues: (file: string, issues: readonly Issue[]) => void;
}

interface FileState {
  readonly mark: string;
  /** The last good objects. */
  readonly resources: readonly Resource[];
  /** Issues of the newest content. */
  readonly issues: readonly Issue[];
  /** Seen empty once. */
  readonly doubtful: boolean;
}

/**
 * A folder (or one file) of YAML as the source of truth for what it holds. A file with errors keeps the last good objects it had; the
 * other files go on. Reading is synchronous: at the start everything is in force when the constructor returns.
 */
export class Folder implements Disposable {
  readonly path: string;
  readonly #store: ObjectStore;
  readonly #options: FolderOptions;
  readonly #files = new Map<string, FileState>();
  readonly #single: boolean;
  #resources: ReadonlyMap<string, Resource> = new Map();
  #duplicates: readonly Issue[] = [];
  #lost: readonly Issue[] = [];
  #watcher: FSWatcher | undefined;
  #settle: Timer | undefined;
  readonly #poll: Timer;

  /** Throws the system's error when there is nothing at `path`. */
  constructor(path: string, store: ObjectStore, options: FolderOptions) {
    this.path = resolve(path);
    this.#store = store;
    this.#options = options;
    this.#single = !statSync(this.path).isDirectory();
    // Watching starts before the first reading, so that nothing falls between the two.
    this.#watch();
    this.#poll = options.clock.every(POLL_MS, () => this.scan());
    this.scan();
  }

  /** The decoded form of an object of this folder, with its lines. */
  resource(key: string): Resource | undefined {
    return this.#resources.get(key);
  }

  get issues(): readonly Issue[] {
    return [...this.#lost, ...[...this.#files.values()].flatMap((file) => file.issues), ...this.#duplicates];
  }

  [Symbol.dispose](): void {
    this.#watcher?.close();
    this.#settle?.cancel();
    this.#poll.cancel();
  }

  /** Reads what changed since the last time. */
  scan(): void {
    let changed = false;
    const listed = this.#list();
    if (listed === undefined) return;
    const present = new Map(listed.map((file) => [file, markOf(file)]));
    for (const file of this.#files.keys()) {
      if (present.get(file) !== undefined) continue;
      this.#files.delete(file);
      changed = true;
    }
    for (const [file, mark] of present) {
      const before = this.#files.get(file);
      if (mark === undefined || (before?.mark === mark && !before.doubtful)) continue;
      const after = this.#read(file, mark, before);
      this.#files.set(file, after);
      changed ||= after.resources !== before?.resources;
      if (after.issues.length > 0 || (before?.issues.length ?? 0) > 0) this.#options.onIssues(file, after.issues);
    }
    if (changed) this.#feed();
  }

  #watch(): void {
    const folder = this.#single ? dirname(this.path) : this.path;
    this.#watcher = watch(folder, { recursive: !this.#single }, (_event, name) => {
      if (this.#single && name !== null && basename(this.path) !== name) return;
      this.#soon(QUIET_MS);
    });
    this.#watcher.unref();
    this.#watcher.on('error', (error) => {
      this.#options.logger.warn('watching a folder failed; looking for changes every 2 s', {
        path: this.path,
        error: String(error),
      });
    });
  }

  #soon(ms: number): void {
    this.#settle?.cancel();
    this.#settle = this.#options.clock.after(ms, () => this.scan());
  }

  /** Undefined when the folder itself cannot be read: what it held stays in force, and the reason is told once. */
  #list(): readonly string[] | undefined {
    if (this.#single) return [this.path];
    let entries: readonly string[];
    try {
      entries = readdirSync(this.path, { recursive: true, encoding: 'utf8' });
    } catch (error) {
      this.#lose(error);
      return undefined;
    }
    if (this.#lost.length > 0) {
      this.#lost = [];
      this.#options.onIssues(this.path, []);
    }
    const shown = entries.filter((entry) => EXTENSIONS.has(extname(entry)) && !/(^|[\\/])\./.test(entry));
    return shown.sort().map((entry) => join(this.path, entry));
  }

  #lose(error: unknown): void {
    if (this.#lost.length > 0) return;
    const message = `the folder cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    this.#lost = [
      { severity: 'error', code: 'unreadable-folder', at: '', message, position: { file: this.path, line: 1 } },
    ];
    this.#options.onIssues(this.path, this.#lost);
  }

  #read(file: string, mark: string, before: FileState | undefined): FileState {
    const keep = before?.resources ?? [];
    const text = readText(file);
    if (typeof text !== 'string') return { mark, resources: keep, issues: [text], doubtful: false };
    if (text.trim() === '' && keep.length > 0 && before?.doubtful !== true) {
      this.#soon(EMPTY_MS);
      return { mark, resources: keep, issues: before?.issues ?? [], doubtful: true };
    }
    const { resources, issues } = this.#options.reader.text(text, file);
    return { mark, resources: hasErrors(issues) ? keep : resources, issues, doubtful: false };
  }

  #feed(): void {
    const resources = new Map<string, Resource>();
    const objects: StoredObject[] = [];
    const duplicates: Issue[] = [];
    for (const { resources: ofFile } of this.#files.values()) {
      for (const resource of ofFile) {
        const object = this.#options.reader.stored(resource);
        const id = printKey(keyOf(object));
        const first = resources.get(id);
        if (first !== undefined) duplicates.push(duplicate(resource, describeKey(keyOf(object)), placeOf(first)));
        else {
          resources.set(id, resource);
          objects.push(object);
        }
      }
    }
    this.#resources = resources;
    for (const key of this.#store.feed(this.path, objects)) {
      const mine = resources.get(printKey(key));
      if (mine !== undefined) duplicates.push(duplicate(mine, describeKey(key), 'another folder'));
    }
    if (duplicates.length > 0 || this.#duplicates.length > 0) this.#options.onIssues(this.path, duplicates);
    this.#duplicates = duplicates;
  }
}

function markOf(file: string): string | undefined {
  let stats: Stats;
  try {
    stats = statSync(file);
  } catch (error) {
    // Gone between listing and looking; a dangling link is as good as no file.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  return stats.isFile() ? `${stats.mtimeMs}/${stats.ctimeMs}/${stats.size}/${stats.ino}` : undefined;
}

function readText(file: string): string | Issue {
  const issue = (message: string): Issue => ({
    severity: 'error',
    code: 'unreadable-file',
    at: '',
    message,
    position: { file, line: 1 },
  });
  try {
    if (statSync(file).size > MAX_FILE_BYTES) return issue(`it is larger than ${MAX_FILE_BYTES >> 20} MiB`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    return issue(`it cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function placeOf(resource: Resource): string {
  return `${resource.source.file}:${resource.source.line}`;
}

function duplicate(resource: Resource, name: string, other: string): Issue {
  return {
    severity: 'error',
    code: 'duplicate-object',
    at: 'metadata.name',
    message: `${name} is also in ${other}, and that one is in force`,
    hint: 'remove one of the two',
    resource: name,
    position: { file: resource.source.file, line: resource.source.line },
  };
}
