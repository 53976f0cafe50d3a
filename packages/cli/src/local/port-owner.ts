import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

export interface PortOwner {
  readonly pid: number;
  readonly command: string;
}

const LISTEN_STATE = '0A';

/**
 * The process that listens on a TCP port, or undefined when it cannot be told (another user's process, or it has just gone). Linux: the
 * socket tables of proc(5) and each process' file descriptors; elsewhere `lsof`.
 */
export async function portOwner(host: string, port: number, platform: NodeJS.Platform): Promise<PortOwner | undefined> {
  return platform === 'linux' ? ownerFromProc(host, port) : ownerFromLsof(port);
}

/**
 * Inodes of sockets that listen on the port at `host` (IPv4) or at all addresses, in the text of /proc/net/tcp or tcp6: columns
 * local_address (hex address:port, the address in host byte order), st and inode.
 */
export function listeningInodes(table: string, host: string, port: number): readonly string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const hexHost = host
    .split('.')
    .reverse()
    .map((part) => Number(part).toString(16).toUpperCase().padStart(2, '0'))
    .join('');
  const wanted = ['00000000', '0'.repeat(32), hexHost, `${'0'.repeat(16)}FFFF0000${hexHost}`].map(
    (address) => `${address}:${hexPort}`,
  );
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => wanted.includes(columns[1] ?? '') && columns[3] === LISTEN_STATE)
    .flatMap((columns) => columns[9] ?? []);
}

async function ownerFromProc(host: string, port: number): Promise<PortOwner | undefined> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  const sockets = new Set(
    tables.flatMap((table) => listeningInodes(table, host, port)).map((inode) => `socket:[${inode}]`),
  );
  if (sockets.size === 0) return undefined;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (!(await holdsOneOf(pid, sockets))) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return { pid: Number(pid), command: command.split('\0').join(' ').trim() };
  }
  return undefined;
}

async function holdsOneOf(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  // A process may end while we look, and other users' processes may not be looked into: both read as "holds nothing".
  const fds = await readdir(`/proc/${pid}/fd`).catch(() => []);
  for (const fd of fds) {
    const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
    if (sockets.has(target)) return true;
  }
  return false;
}

async function ownerFromLsof(port: number): Promise<PortOwner | undefined> {
  // lsof exits with 1 when nothing matches, and may not be installed: in both cases the owner stays unknown.
  const found = await promisify(execFile)('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']).catch(
    () => undefined,
  );
  const pid = /^p(\d+)$/m.exec(found?.stdout ?? '')?.[1];
  const command = /^c(.+)$/m.exec(found?.stdout ?? '')?.[1];
  return pid === undefined ? undefined : { pid: Number(pid), command: command ?? '' };
}
