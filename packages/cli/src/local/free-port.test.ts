import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { Failure } from '../command/failure.ts';
import { freePort, requireFreePorts } from './free-port.ts';

test('one message names every taken port, its owner and the option that chooses another', async () => {
  const servers = [createServer(), createServer()];
  const ports: number[] = [];
  for (const server of servers) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    ports.push(address.port);
  }
  const [gateway = 0, xds = 0] = ports;
  const wanted = [
    { host: '127.0.0.1', port: gateway, use: 'the gateway', option: '--gateway-port <port>' },
    { host: '127.0.0.1', port: xds, use: 'xDS', option: '--port-offset <number>' },
  ];
  const caught = await requireFreePorts(wanted, process.platform).catch((error: unknown) => error);
  for (const server of servers) server.close();
  assert.ok(caught instanceof Failure);
  assert.equal(caught.exit, 'portTaken');
  assert.match(caught.message, new RegExp(`port ${gateway} for the gateway is taken by`));
  assert.match(caught.message, new RegExp(`port ${xds} for xDS is taken by`));
  assert.match(caught.hint ?? '', /--gateway-port <port> or --port-offset <number>/);
  if (process.platform === 'linux') assert.match(caught.message, new RegExp(`process ${process.pid}`));
});

test('a free port passes, and 0 always does', async () => {
  const port = await freePort('127.0.0.1');
  await requireFreePorts([{ host: '127.0.0.1', port, use: 'x', option: '--x' }], process.platform);
  await requireFreePorts([{ host: '127.0.0.1', port: 0, use: 'x', option: '--x' }], process.platform);
});
