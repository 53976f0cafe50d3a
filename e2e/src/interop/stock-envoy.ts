/** A stock Envoy for a test: found by tools/test-interop.ts, started from a bootstrap, ended with the test. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { JsonValue } from '@bufbuild/protobuf';

const ENVOY = process.env['WEFT_TEST_ENVOY'];

/** For `test(name, { skip })`: false when there is an Envoy, else the reason why there is none. */
export const NO_ENVOY: false | string =
  ENVOY !== undefined
    ? false
    : (process.env['WEFT_TEST_ENVOY_MISSING'] ?? 'no Envoy was given; run this with npm run test:interop');

/** What Envoy printed, for when a test fails. */
export interface StockEnvoy {
  output(): string;
}

export function startStockEnvoy(t: TestContext, bootstrap: JsonValue): StockEnvoy {
  if (ENVOY === undefined) throw new Error('the test should have been skipped');
  const folder = mkdtempSync(join(tmpdir(), 'weft-envoy-'));
  const file = join(folder, 'bootstrap.json');
  writeFileSync(file, JSON.stringify(bootstrap));
  const child = spawn(
    ENVOY,
    [
      '-c',
      file,
      '--concurrency',
      '1',
      '--disable-hot-restart',
      '--log-level',
      'warning',
      '--log-path',
      join(folder, 'log'),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      printed = (printed + chunk.toString()).slice(-8_000);
    });
  }
  t.after(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.kill('SIGKILL')) await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  return { output: () => printed };
}

/**
 * Asks until `done` says so; another process starts when it starts. Fails with what was last seen.
 *
 * @param what ends the sentence "gave up waiting for …"
 */
export async function eventually<T>(what: string, ask: () => Promise<T>, done: (value: T) => boolean): Promise<T> {
  let last: unknown;
  for (let i = 0; i < 150; i++) {
    try {
      const value = await ask();
      if (done(value)) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    await delay(100);
  }
  throw new Error(
    `gave up waiting for ${what}; last seen: ${last instanceof Error ? last.message : JSON.stringify(last)}`,
  );
}
