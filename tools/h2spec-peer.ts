/** h2spec, built from its Go module into .cache once; a Go toolchain has to be there. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from './peers.ts';

/** Pinned, so that a result can be repeated. */
const MODULE = 'github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible';
const VERSION = '2.2.1';
const folder = join(import.meta.dirname, '../.cache/h2spec');

export function h2specPeer(): Peer {
  const missing = (why: string): Peer => ({ ok: false, name: 'h2spec', why });
  const path = join(folder, 'bin/h2spec');
  if (!existsSync(path)) {
    const go = ['go', '/usr/local/go/bin/go'].find((program) => spawnSync(program, ['version']).status === 0);
    if (go === undefined) return missing('needs a Go toolchain to build it; install golang-go');
    mkdirSync(folder, { recursive: true });
    const env = { ...process.env, GOPATH: folder, GOFLAGS: '-modcacherw' };
    const install = spawnSync(go, ['install', MODULE], { encoding: 'utf8', env });
    if (install.status !== 0)
      return missing(`go install ${MODULE} failed: ${install.stderr.trim().split('\n').at(-1)}`);
  }
  return { ok: true, name: 'h2spec', path, version: VERSION };
}
