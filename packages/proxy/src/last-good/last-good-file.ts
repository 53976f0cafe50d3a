/**
 * The file of accepted configuration: one JSON line that says whose it is, one for each resource, and one that says how many there were,
 * without which the file is not whole.
 */
import { closeSync, fstatSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { type DescMessage, type Message, toBinary } from '@bufbuild/protobuf';
import { RESOURCE_KINDS, type ResourceKind, type XdsUpdate } from '@weft/xds/client';
import { decodeUpdate } from '../workers/encode-update.ts';

/** Every kind but secrets, in the order in which they are put into force. Private keys do not belong into a copy of configuration. */
export const KEPT_KINDS: readonly ResourceKind[] = ['cluster', 'endpoint', 'listener', 'route', 'nameTable'];

const FORMAT = 'weft last good configuration 1';
/** Bytes that are written in one go; between two of them requests are served. */
const SLICE_BYTES = 64 * 1024;

export interface KeptResource {
  readonly kind: ResourceKind;
  readonly name: string;
  readonly version: string;
  readonly message: Message;
}

export interface LastGoodConfig {
  /** When it was written, in milliseconds since the epoch. */
  readonly writtenMs: number;
  readonly resources: number;
  /** One update a kind, in the order of `KEPT_KINDS`. */
  readonly updates: readonly XdsUpdate[];
}

/** Writes beside `path` and renames, so that a reader sees the old file or the new one. Only its owner can read it. Throws as node:fs does. */
export async function writeLastGood(
  path: string,
  nodeId: string,
  nowMs: number,
  resources: readonly KeptResource[],
): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  rmSync(draft, { force: true });
  // Exclusive: whoever may write into the folder could have put a link there.
  const fd = openSync(draft, 'wx', 0o600);
  try {
    let text = line({ format: FORMAT, node: nodeId, writtenMs: nowMs });
    for (const { kind, name, version, message } of resources) {
      const schema: DescMessage = RESOURCE_KINDS[kind].schema;
      text += line({ kind, name, version, bytes: Buffer.from(toBinary(schema, message)).toString('base64') });
      if (text.length < SLICE_BYTES) continue;
      writeSync(fd, text);
      text = '';
      await new Promise(setImmediate);
    }
    writeSync(fd, text + line({ resources: resources.length }));
  } catch (error) {
    closeSync(fd);
    rmSync(draft, { force: true });
    throw error;
  }
  closeSync(fd);
  renameSync(draft, path);
}

/** What the file holds for this node; a text says why it cannot be used, undefined that there is none. */
export function readLastGood(path: string, nodeId: string): LastGoodConfig | string | undefined {
  let text: string;
  try {
    const read = readOwn(path);
    if (read === undefined) return 'it belongs to another user, or others may write to it';
    text = read;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    return error instanceof Error ? error.message : String(error);
  }
  try {
    return parse(text, nodeId);
  } catch (error) {
    return `it cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Configuration decides where traffic goes, so it is taken from nobody but ourselves and root. */
function readOwn(path: string): string | undefined {
  const fd = openSync(path, 'r');
  try {
    const { uid, mode } = fstatSync(fd);
    const self = process.getuid?.() ?? uid;
    return (uid === self || uid === 0) && (mode & 0o022) === 0 ? readFileSync(fd, 'utf8') : undefined;
  } finally {
    closeSync(fd);
  }
}

interface Line {
  readonly format?: unknown;
  readonly node?: unknown;
  readonly writtenMs?: unknown;
  readonly resources?: unknown;
  readonly kind?: unknown;
  readonly name?: unknown;
  readonly version?: unknown;
  readonly bytes?: unknown;
}

function parse(text: string, nodeId: string): LastGoodConfig | string {
  const lines = text.trimEnd().split('\n');
  const first = JSON.parse(lines[0] ?? '') as Line;
  const last = JSON.parse(lines.at(-1) ?? '') as Line;
  const body = lines.slice(1, -1);
  if (first.format !== FORMAT) return `it is no ${JSON.stringify(FORMAT)}`;
  if (first.node !== nodeId) return `it is of another node, ${JSON.stringify(first.node)}`;
  if (last.resources !== body.length) return 'its end is missing';
  const resources = body.map((entry) => JSON.parse(entry) as Line);
  const updates = KEPT_KINDS.map((kind) =>
    decodeUpdate({
      kind,
      version: '',
      removed: [],
      resources: resources
        .filter((resource) => resource.kind === kind)
        .map(({ name, version, bytes }) => ({
          name: String(name),
          version: String(version),
          bytes: Buffer.from(String(bytes), 'base64'),
        })),
    }),
  );
  return { writtenMs: Number(first.writtenMs), resources: body.length, updates };
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
