import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { load, readSocketAddress, socketOptions } from './socket-options.ts';

function ipv6(...groups: readonly number[]): Buffer {
  const bytes = Buffer.alloc(28);
  new Uint16Array(bytes.buffer, bytes.byteOffset, 1)[0] = 10;
  bytes.writeUInt16BE(8080, 2);
  for (const [i, group] of groups.entries()) bytes.writeUInt16BE(group, 8 + 2 * i);
  return bytes;
}

test('addresses are written as the system writes them', () => {
  const ipv4 = Buffer.alloc(28);
  new Uint16Array(ipv4.buffer, ipv4.byteOffset, 1)[0] = 2;
  ipv4.set([0x1f, 0x90, 10, 96, 0, 10], 2);
  assert.deepEqual(readSocketAddress(ipv4), { host: '10.96.0.10', port: 8080 });
  const texts: readonly (readonly [Buffer, string])[] = [
    [ipv6(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), '2001:db8::1'],
    [ipv6(0, 0, 0, 0, 0, 0, 0, 1), '::1'],
    [ipv6(1, 0, 0, 2, 0, 0, 0, 3), '1:0:0:2::3'],
    [ipv6(0x10, 0, 0, 0x10, 0, 0, 5, 6), '10::10:0:0:5:6'],
    [ipv6(0xfd00, 0, 1, 0, 2, 0, 3, 4), 'fd00:0:1:0:2:0:3:4'],
  ];
  for (const [bytes, host] of texts) assert.deepEqual(readSocketAddress(bytes), { host, port: 8080 });
  assert.equal(readSocketAddress(Buffer.alloc(28)), undefined);
});

test('a system that cannot tell says so', () => {
  const elsewhere = load('darwin', () => undefined);
  assert.deepEqual(elsewhere, { ok: false, cause: 'only Linux tells original destinations, and this is darwin' });
  const old = load('linux', () => undefined);
  assert.match(old.ok ? '' : old.cause, /has no node:ffi; Node 26\.1 has/);
});

test('a connection that nobody redirected has no destination elsewhere', {
  skip: process.platform === 'linux' ? false : 'a Linux socket option',
}, async (t) => {
  const options = socketOptions();
  assert.ok(options.ok, JSON.stringify(options));
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const bound = server.address();
  assert.ok(bound !== null && typeof bound !== 'string');
  const client = connect(bound.port, '127.0.0.1');
  t.after(() => client.destroy());
  const [socket]: Socket[] = await once(server, 'connection');
  assert.ok(socket !== undefined);
  t.after(() => socket.destroy());
  // Where the kernel tracks connections it tells the address that was connected to.
  const told = options.value.originalDestination(socket) ?? { host: '127.0.0.1', port: bound.port };
  assert.deepEqual(told, { host: '127.0.0.1', port: bound.port });
});
