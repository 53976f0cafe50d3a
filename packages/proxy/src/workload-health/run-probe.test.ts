import assert from 'node:assert/strict';
import { createServer as createHttp } from 'node:http';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { silentLogger, systemClock } from '@weft/base';
import { decodeReadinessProbe } from './readiness-probe.ts';
import { runProbe } from './run-probe.ts';

/** The reports of a probe, one after another. */
function reports(t: TestContext, probe: unknown): () => Promise<string | undefined> {
  const seen: (string | undefined)[] = [];
  let wake: () => void = () => undefined;
  const running = runProbe(probe, '127.0.0.1', { clock: systemClock, logger: silentLogger }, (problem) => {
    seen.push(problem);
    wake();
  });
  assert.ok(running !== undefined);
  t.after(() => running.close());
  return async () => {
    while (seen.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return seen.shift();
  };
}

function portOf(server: { address(): unknown }): number {
  const address = server.address();
  return typeof address === 'object' && address !== null && 'port' in address ? Number(address.port) : 0;
}

test('httpGet: 200 to 399 is well, everything else is not, and only changes are told', async (t) => {
  let status = 500;
  let asked = '';
  const server = createHttp((request, response) => {
    asked = `${request.headers['user-agent']} ${request.headers['x-probe']} ${request.url}`;
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const httpGet = { port: portOf(server), path: '/ready', httpHeaders: [{ name: 'X-Probe', value: 'yes' }] };
  const next = reports(t, { httpGet, periodSeconds: 0.01, successThreshold: 2 });
  assert.equal(await next(), 'status 500');
  status = 302;
  assert.equal(await next(), undefined);
  assert.equal(asked, 'istio-probe/1.0 yes /ready');
  status = 404;
  assert.equal(await next(), 'status 404');
});

test('tcpSocket: a port that takes connections is well', async (t) => {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const next = reports(t, { tcpSocket: { port: portOf(server) }, periodSeconds: 0.01 });
  assert.equal(await next(), undefined);
  await new Promise((resolve) => server.close(resolve));
  assert.match((await next()) ?? '', /ECONNREFUSED/);
});

test('exec: the exit code decides, and a command that hangs is ended', async (t) => {
  const run = (script: string, timeoutSeconds = 5): Promise<string | undefined> =>
    reports(t, { exec: { command: ['/bin/sh', '-c', script] }, timeoutSeconds })();
  assert.equal(await run('exit 0'), undefined);
  assert.equal(await run('exit 3'), 'the command ended with 3');
  assert.equal(await run('sleep 60', 0.05), 'no result within 50 ms');
});

test('grpc: what the health service says', async (t) => {
  const server = new Server();
  const bytes = (value: Buffer): Buffer => value;
  const call = {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  };
  server.addService(
    { Check: call },
    {
      Check: (asked: { request: Buffer }, reply: (error: null, value: Buffer) => void) =>
        reply(null, Buffer.of(0x08, asked.request.subarray(2).toString() === 'orders' ? 1 : 2)),
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  t.after(() => server.forceShutdown());
  assert.equal(await reports(t, { grpc: { port, service: 'orders' } })(), undefined);
  assert.equal(await reports(t, { grpc: { port, service: 'cart' } })(), 'it is not SERVING');
});

test('what is no probe is told by its reason', () => {
  assert.match(String(decodeReadinessProbe({}, 'h')), /none of httpGet/);
  assert.match(String(decodeReadinessProbe({ tcpSocket: { port: 70_000 } }, 'h')), /70000 is no port/);
  assert.match(String(decodeReadinessProbe({ exec: { command: [] } }, 'h')), /empty/);
  assert.deepEqual(decodeReadinessProbe({ tcpSocket: { port: 80 } }, 'h'), {
    method: { kind: 'tcp', host: 'h', port: 80 },
    initialDelayMs: 0,
    timeoutMs: 1000,
    periodMs: 10_000,
    successes: 1,
    failures: 1,
  });
});
