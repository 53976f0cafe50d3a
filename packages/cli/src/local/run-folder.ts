import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../command/failure.ts';

/**
 * A folder for the files of a running workload (bootstrap, logs), the same for every run in the same place so that nothing piles up.
 * Only its owner may use it: the system's temporary folder is shared, and somebody else may have made a trap of that name.
 */
export async function runFolder(name: string, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const { uid, username } = userInfo();
  const base = env['XDG_RUNTIME_DIR'] ?? tmpdir();
  const root = join(base, `weft-${uid < 0 ? username : uid}`);
  await mkdir(root, { recursive: true, mode: 0o700 });
  const found = await lstat(root);
  if (!found.isDirectory() || (uid >= 0 && found.uid !== uid)) {
    throw new Failure('failure', `${root} belongs to somebody else`, 'set XDG_RUNTIME_DIR to a folder of your own');
  }
  const folder = join(root, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}
