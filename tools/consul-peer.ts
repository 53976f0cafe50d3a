/** A Consul agent, built from its Go module into .cache once; a Go toolchain has to be there. Takes a few minutes. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from './peers.ts';

const MODULE = 'github.com/hashicorp/consul';
/** Pinned. From 1.14 on the module needs one that the checksum database of Go does not have. */
const VERSION = '1.13.9';
const folder = join(import.meta.dirname, '../.cache/consul');

export function consulPeer(): Peer {
  const missing = (why: string): Peer => ({ ok: false, name: 'consul', why });
  const path = join(folder, 'bin/consul');
  if (!existsSync(path)) {
    const go = ['go', '/usr/local/go/bin/go'].find((program) => spawnSync(program, ['version']).status === 0);
    if (go === undefined) return missing('needs a Go toolchain to build it; install golang-go');
    mkdirSync(folder, { recursive: true });
    // `go install` refuses a module with replace directives; as the dependency of another module it builds.
    writeFileSync(join(folder, 'go.mod'), 'module consul.peer\n\ngo 1.18\n');
    for (const args of [
      ['get', `${MODULE}@v${VERSION}`],
      ['build', '-o', path, MODULE],
    ]) {
      const env = { ...process.env, GOPATH: join(folder, 'go'), GOFLAGS: '-modcacherw' };
      const done = spawnSync(go, args, { encoding: 'utf8', cwd: folder, env });
      if (done.status !== 0) return missing(`go ${args.join(' ')} failed: ${done.stderr.trim().split('\n').at(-1)}`);
    }
    // A gigabyte of sources that nobody needs any more.
    rmSync(join(folder, 'go'), { recursive: true, force: true });
  }
  return { ok: true, name: 'consul', path, version: VERSION };
}
