/** Somebody else's program that tools/test-interop.ts has found for a test, or why there is none. */
import { spawn } from 'node:child_process';

export interface Run {
  readonly code: number | null;
  readonly output: string;
}

export interface PeerProgram {
  /** For `test(name, { skip })`: false when the program is there. */
  readonly missing: false | string;
  /** Runs it to its end; `output` is both streams. */
  run(args: readonly string[]): Promise<Run>;
}

/** @param name as in its environment variable: `WEFT_TEST_<name>` */
export function peer(name: string): PeerProgram {
  const path = process.env[`WEFT_TEST_${name}`];
  const why = process.env[`WEFT_TEST_${name}_MISSING`];
  return {
    missing: path === undefined && (why ?? `no ${name.toLowerCase()} was given; run this with npm run test:interop`),
    run: (args) => run(path ?? '', args),
  };
}

function run(path: string, args: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
