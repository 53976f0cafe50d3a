import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 10_000;

/** Whether a process runs; a zombie, which only waits for its parent to look, does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Those of `pids` that still run when none is left or patience is over. There is no event for the end of somebody else's child. */
export async function leftOver(pids: readonly number[]): Promise<readonly number[]> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const running = pids.filter(isRunning);
    if (running.length === 0 || performance.now() > deadline) return running;
    await sleep(20);
  }
}

/** Resident memory in MiB (Linux). */
export function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}
