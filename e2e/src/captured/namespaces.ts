/** Network namespaces on one bridge, as the nodes and pods of a cluster are. Nothing of the machine's own network is touched. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { TestContext } from 'node:test';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(program: string, args: readonly string[]): Finished {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 20_000 });
  return { code: status, stdout: stdout ?? '', stderr: `${stderr ?? ''}${error?.message ?? ''}` };
}

function must(program: string, ...args: readonly string[]): void {
  const { code, stderr } = run(program, args);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}

/** Why tests with namespaces cannot run here; false when they can. */
export const NO_NAMESPACES: string | false = (() => {
  if (process.platform !== 'linux') return 'network namespaces are a matter of Linux';
  if (process.getuid?.() !== 0) return 'network namespaces take root';
  const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  for (const [program, name] of [
    ['ip', 'iproute2'],
    ['nft', 'nftables'],
    ['setpriv', 'util-linux'],
  ] as const) {
    if (!folders.some((folder) => existsSync(`${folder}/${program}`))) return `needs ${program} (package ${name})`;
  }
  const name = `weft-try-${process.pid}`;
  const made = run('ip', ['netns', 'add', name]);
  if (made.code !== 0) return `no network namespace can be made here: ${made.stderr.trim()}`;
  const rules = run('ip', ['netns', 'exec', name, 'nft', 'add table inet weft']);
  run('ip', ['netns', 'del', name]);
  return rules.code === 0 ? false : `no nftables here: ${rules.stderr.trim()}`;
})();

export class Namespace {
  readonly name: string;
  readonly address: string;

  constructor(name: string, address: string) {
    this.name = name;
    this.address = address;
  }

  /** The start of a command that runs `args` in the namespace, as this user. */
  command(uid: number, args: readonly string[]): readonly string[] {
    const user = uid === 0 ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--'];
    return ['netns', 'exec', this.name, ...user, ...args];
  }

  run(...args: readonly string[]): Finished {
    return run('ip', this.command(0, args));
  }
}

/** `hub` holds the bridge, at 10.77.0.1; the others follow at .2, .3 and so on, with the hub as their way to everywhere. */
export function connectNamespaces(t: TestContext, names: readonly string[]): readonly Namespace[] {
  const prefix = `weft${process.pid}`;
  const all = names.map((name, i) => new Namespace(`${prefix}-${name}`, `10.77.0.${i + 1}`));
  t.after(() => {
    for (const { name } of all) run('ip', ['netns', 'del', name]);
  });
  const [hub, ...others] = all;
  if (hub === undefined) return [];
  for (const { name } of all) {
    must('ip', 'netns', 'add', name);
    must('ip', '-n', name, 'link', 'set', 'lo', 'up');
  }
  must('ip', '-n', hub.name, 'link', 'add', 'br0', 'type', 'bridge');
  must('ip', '-n', hub.name, 'addr', 'add', `${hub.address}/24`, 'dev', 'br0');
  must('ip', '-n', hub.name, 'link', 'set', 'br0', 'up');
  for (const [i, { name, address }] of others.entries()) {
    const port = `port${i}`;
    must('ip', '-n', hub.name, 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    must('ip', '-n', hub.name, 'link', 'set', port, 'master', 'br0', 'up');
    must('ip', '-n', name, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
    must('ip', '-n', name, 'link', 'set', 'eth0', 'up');
    must('ip', '-n', name, 'route', 'add', 'default', 'via', hub.address);
  }
  return all;
}
