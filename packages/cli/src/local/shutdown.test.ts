import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { FakeClock, seededRandom } from '@weft/base';
import type { CliContext, StopSignal } from '../command/context.ts';
import { ManagedProcess } from './managed-process.ts';
import { Shutdown, Stopped } from './shutdown.ts';

function context(): { cli: CliContext; signal: (name: StopSignal) => void; written: string[] } {
  const handlers: ((signal: StopSignal) => void)[] = [];
  const written: string[] = [];
  const output = { isTerminal: false, colour: false, columns: 80, write: (text: string) => void written.push(text) };
  const cli: CliContext = {
    env: {},
    cwd: '/',
    platform: 'linux',
    clock: new FakeClock(),
    random: seededRandom(1),
    stdin: process.stdin,
    out: output,
    err: output,
    onStop(run) {
      handlers.push(run);
      return () => undefined;
    },
    onExit: () => () => undefined,
    stay: () => () => undefined,
  };
  return { cli, written, signal: (name) => handlers.forEach((run) => void run(name)) };
}

test('the first signal asks, and waits end with Stopped', async () => {
  const { cli, signal } = context();
  using shutdown = new Shutdown(cli);
  const wait = shutdown.race(new Promise(() => undefined));
  signal('SIGTERM');
  await assert.rejects(wait, Stopped);
  assert.equal(await shutdown.stopped, 'SIGTERM');
});

test('the second signal kills every process that is left', async () => {
  const { cli, signal, written } = context();
  using shutdown = new Shutdown(cli);
  const stubborn = new ManagedProcess(
    process.execPath,
    ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')"],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  shutdown.add(stubborn);
  assert.ok(stubborn.child.stdout !== null);
  await once(stubborn.child.stdout, 'data');
  signal('SIGINT');
  assert.equal(stubborn.running, true);
  signal('SIGINT');
  assert.equal((await stubborn.exited).signal, 'SIGKILL');
  assert.match(written.join(''), /killing what is left/);
});

test('a program that does not exist is exit code 127', async () => {
  const status = await new ManagedProcess('/nothing/here', [], { stdio: 'ignore' }).exited;
  assert.equal(status.code, 127);
  assert.equal(status.error?.code, 'ENOENT');
});

test('death by a signal reads as a shell tells it', async () => {
  const child = new ManagedProcess(process.execPath, ['-e', 'process.kill(process.pid, "SIGTERM")'], {
    stdio: 'ignore',
  });
  assert.deepEqual(await child.exited, { code: 143, signal: 'SIGTERM', error: undefined });
});
