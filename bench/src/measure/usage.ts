/** What a process and its children used, read from /proc. */
import { readdirSync, readFileSync } from 'node:fs';

/** Linux reports times in hundredths of a second whatever the kernel's own tick is (sysconf(_SC_CLK_TCK)). */
const TICK_US = 10_000;

interface Stat {
  readonly parent: number;
  readonly cpuTicks: number;
}

function readStat(pid: string): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may hold anything; fields count from 3 after it (proc(5)).
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), cpuTicks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    // The process ended between the listing and the reading.
    return undefined;
  }
}

/** `pid` and everything it started. */
function family(pid: number): readonly (readonly [pid: number, stat: Stat])[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = readStat(name);
      return stat === undefined ? [] : [[Number(name), stat] as const];
    });
  const members = new Set([pid]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const [child, stat] of all) {
      if (members.has(stat.parent) && !members.has(child)) {
        members.add(child);
        grew = true;
      }
    }
  }
  return all.filter(([member]) => members.has(member));
}

/** CPU time so far, user and system, of the process and its children, in microseconds. */
export function cpuMicros(pid: number): number {
  return family(pid).reduce((sum, [, stat]) => sum + stat.cpuTicks * TICK_US, 0);
}

/** Resident memory of the process and its children, in KiB. */
export function residentKib(pid: number): number {
  let sum = 0;
  for (const [member] of family(pid)) {
    const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${member}/status`, 'utf8'));
    sum += Number(line?.[1] ?? 0);
  }
  return sum;
}
