/** Holds idle connections by load/idle.ts on the load's core. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { LOAD_CORE } from './running.ts';

/** Opens `connections`, makes a request on each, runs `whileIdle`, and closes them. Returns what `whileIdle` did, and what failed. */
export async function withIdleConnections<T>(
  port: number,
  connections: number,
  whileIdle: () => Promise<T>,
): Promise<{ readonly value: T; readonly failures: number }> {
  const program = join(import.meta.dirname, '../load/idle.ts');
  const args = ['-c', String(LOAD_CORE), process.execPath, program, String(port), String(connections)];
  const child = spawn('taskset', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const line = await lines.next();
    if (line.done) throw new Error(`the process that holds ${connections} connections to port ${port} ended early`);
    const { failures }: { failures: number } = JSON.parse(line.value);
    return { value: await whileIdle(), failures };
  } finally {
    child.stdin.end();
    await exited;
  }
}
