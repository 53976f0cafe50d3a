import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { listeningInodes, portOwner } from './port-owner.ts';

test('reads only sockets that listen on the address and port out of a socket table', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0',
    '   3: 0101007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4714 1 0',
    '   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0',
    '   2: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0',
  ].join('\n');
  assert.deepEqual(listeningInodes(table, '127.0.0.1', 8080), ['4711']);
});

test('names the process that listens, here this one', {
  skip: process.platform !== 'linux' ? 'needs /proc' : false,
}, async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const owner = await portOwner('127.0.0.1', address.port, process.platform);
  server.close();
  assert.equal(owner?.pid, process.pid);
  assert.match(owner.command, /port-owner|node/);
});

test('a port nobody listens on has no owner', {
  skip: process.platform !== 'linux' ? 'needs /proc' : false,
}, async () => {
  assert.equal(await portOwner('127.0.0.1', 1, 'linux'), undefined);
});
