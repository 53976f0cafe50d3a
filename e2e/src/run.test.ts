import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freePort } from './support/free-port.ts';
import { Client } from './support/http.ts';
import { leftOver } from './support/processes.ts';
import { Weft, weft } from './support/weft.ts';

const CONFIG = `apiVersion: v1
kind: Service
metadata: { name: cart, namespace: default }
spec:
  selector: { app: cart }
  ports: [{ name: http, port: 8080 }]
`;

/** Listens on PORT, answers with what it was asked, and ends when it is told to. */
const PROGRAM = `
const http = require('node:http');
http.createServer((q, r) => r.end(JSON.stringify({ url: q.url, pid: process.pid }))).listen(process.env.PORT, '127.0.0.1', () => console.log('listening', process.pid));
process.on('SIGTERM', () => process.exit(41));
`;

describe('weft run', () => {
  let control: Weft;
  let server: readonly string[];
  let folder: string;
  let file: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weft-run-'));
    file = join(folder, 'cart.yaml');
    await writeFile(file, CONFIG);
    control = new Weft(['control', '--memory', '--xds-port', '0', '--api-port', '0', '--metrics-port', '0']);
    const [, api = ''] = await control.waitFor(/API +(http:\S+)/);
    server = ['--server', api];
  });

  after(async () => {
    await control[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  test('without a Service it says what to apply', async () => {
    const finished = await weft(
      'run',
      '--name',
      'cart',
      '--port',
      '3999',
      ...server,
      '--',
      process.execPath,
      '-e',
      '0',
    );
    assert.equal(finished.code, 4, finished.stderr);
    assert.match(finished.stderr, /--expose/);
    assert.match(finished.stderr, /kind: Service/);
  });

  test('apply, get: objects go in and come out', async () => {
    const applied = await weft('apply', '-f', file, ...server);
    assert.equal(applied.code, 0, applied.stderr);
    assert.match(applied.stdout, /Service default\/cart created/);
    const got = await weft('get', 'svc', 'cart', '-o', 'json', ...server);
    assert.equal(JSON.parse(got.stdout).metadata.name, 'cart');
    assert.equal((await weft('get', 'svc', 'nobody', ...server)).code, 4);
  });

  test('it exits with the exit code of the program, and the registration is gone', async () => {
    const port = String(await freePort());
    const finished = await weft(
      'run',
      '--name',
      'cart',
      '--port',
      port,
      ...server,
      '--',
      process.execPath,
      '-e',
      'process.exit(7)',
    );
    assert.equal(finished.code, 7, finished.stderr);
    assert.match((await weft('get', 'workloadentries', ...server)).stdout, /there are no workloadentries/);
  });

  test('a program that does not exist is exit code 127', async () => {
    const finished = await weft('run', '--name', 'cart', '--port', '3998', ...server, '--', '/nothing/here');
    assert.equal(finished.code, 127, finished.stderr);
    assert.match((await weft('get', 'workloadentries', ...server)).stdout, /there are no workloadentries/);
  });

  test('the program is reached through its sidecar, gets the signal, and its exit code is ours', async () => {
    const port = String(await freePort());
    await using run = new Weft([
      'run',
      '--name',
      'cart',
      '--port',
      port,
      ...server,
      '--',
      process.execPath,
      '-e',
      PROGRAM,
    ]);
    const [, pid] = await run.waitFor(/listening (\d+)/);
    const entries = JSON.parse((await weft('get', 'workloadentries', '-o', 'json', ...server)).stdout).items;
    assert.equal(entries.length, 1);
    const { address, ports } = entries[0].spec;
    assert.equal(entries[0].metadata.labels.app, 'cart');
    const inbound = await fetch(`http://${address}:${ports.http}/hello`);
    assert.deepEqual(await inbound.json(), { url: '/hello', pid: Number(pid) });
    const finished = await run.stop('SIGTERM');
    assert.equal(finished.code, 41, finished.stderr);
    assert.deepEqual(await leftOver([Number(pid)]), []);
    assert.match((await weft('get', 'workloadentries', ...server)).stdout, /there are no workloadentries/);
  });

  test('a sidecar that is killed comes back, and the program lives on', async () => {
    const port = Number(await freePort());
    await using run = new Weft([
      'run',
      '--name',
      'cart',
      '--port',
      String(port),
      ...server,
      '--',
      process.execPath,
      '-e',
      PROGRAM,
    ]);
    await run.waitFor(/listening (\d+)/);
    const [, log = ''] = await run.waitFor(/sidecar log: (\S+)/);
    assert.notEqual(log, '');
    const [, sidecar] = await run.waitFor(/sidecar pid (\d+)/);
    process.kill(Number(sidecar), 'SIGKILL');
    await run.waitFor(/starting it again/);
    using client = new Client(port);
    assert.equal((await client.get('/')).status, 200);
  });
});
