import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { seededRandom } from '@weft/base';
import { ClientHelloReader, DEFAULT_HELLO_LIMIT_BYTES, type HelloVerdict, readClientHello } from './client-hello.ts';

/** The first bytes that `node:tls` sends. */
async function captureHello(options: { servername?: string; ALPNProtocols?: string[] }): Promise<Buffer> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const client = connect({ port, host: '127.0.0.1', ...options });
  client.on('error', () => client.destroy());
  const [socket] = (await once(server, 'connection')) as [import('node:net').Socket];
  let bytes = Buffer.alloc(0);
  while (readClientHello(bytes) === undefined) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    bytes = Buffer.concat([bytes, chunk]);
  }
  socket.destroy();
  server.close();
  return bytes;
}

function verdictOf(pieces: readonly Buffer[]): HelloVerdict | undefined {
  const reader = new ClientHelloReader();
  for (const piece of pieces) {
    const verdict = reader.push(piece);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

const HELLO = await captureHello({ servername: 'Shop.Example.com', ALPNProtocols: ['h2', 'http/1.1'] });
const EXPECTED = { serverName: 'shop.example.com', applicationProtocols: ['h2', 'http/1.1'] };

test('reads server name and protocols of a real client', () => {
  assert.deepEqual(readClientHello(HELLO), EXPECTED);
});

test('a client that names nothing is still TLS', async () => {
  assert.deepEqual(readClientHello(await captureHello({})), { serverName: '', applicationProtocols: [] });
});

test('the result does not depend on how the bytes were split', () => {
  for (let at = 1; at < HELLO.length; at++) {
    assert.deepEqual(verdictOf([HELLO.subarray(0, at), HELLO.subarray(at)]), EXPECTED, `split at ${at}`);
  }
  assert.deepEqual(verdictOf([...HELLO].map((byte) => Buffer.from([byte]))), EXPECTED);
});

test('no prefix has a verdict', () => {
  for (let length = 0; length < HELLO.length; length++) {
    assert.equal(readClientHello(HELLO.subarray(0, length)), undefined, `${length} bytes`);
  }
});

test('puts a hello together from many records', () => {
  const body = HELLO.subarray(5);
  for (const size of [1, 3, 100, 1000]) {
    const records: Buffer[] = [];
    for (let at = 0; at < body.length; at += size) {
      const part = body.subarray(at, at + size);
      records.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 255]), part);
    }
    const bytes = Buffer.concat(records);
    assert.deepEqual(readClientHello(bytes, 64 * 1024), EXPECTED, `records of ${size} bytes`);
  }
});

test('tells other protocols by their first bytes', () => {
  for (const text of ['G', 'GET / HTTP/1.1\r\n', 'SSH-2.0-OpenSSH', '\x00', '\x16G']) {
    assert.equal(readClientHello(Buffer.from(text, 'latin1')), 'not-tls', JSON.stringify(text));
  }
  assert.equal(readClientHello(Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0])), 'not-tls', 'a ServerHello');
});

test('a hello above the bound is not waited for', () => {
  const huge = Buffer.from([22, 3, 1, 0x40, 0, 1, 0x10, 0, 0]);
  assert.equal(readClientHello(huge), 'too-large');
  const drip = Buffer.concat(Array.from({ length: 2000 }, () => Buffer.from([22, 3, 1, 0, 1, 1])));
  assert.equal(readClientHello(drip.subarray(0, 12)), undefined);
  assert.equal(readClientHello(Buffer.concat([drip, Buffer.alloc(DEFAULT_HELLO_LIMIT_BYTES)])), 'too-large');
});

test('refuses two server names: the next reader could take the other', () => {
  const name = Buffer.from('shop.example.com', 'latin1');
  const at = HELLO.indexOf(Buffer.from('Shop.Example.com', 'latin1')) - 9;
  assert.equal(at > 0 && HELLO.readUInt16BE(at), 0);
  const extension = Buffer.from(HELLO.subarray(at, at + 9 + name.length));
  const twice = Buffer.concat([HELLO, extension]);
  // Three lengths hold the extension: the record's, the message's, the list's.
  const sessionId = HELLO[43] ?? 0;
  const ciphers = HELLO.readUInt16BE(44 + sessionId);
  const list = 44 + sessionId + 2 + ciphers + 2;
  twice.writeUInt16BE(HELLO.readUInt16BE(3) + extension.length, 3);
  twice.writeUIntBE(HELLO.readUIntBE(6, 3) + extension.length, 6, 3);
  twice.writeUInt16BE(HELLO.readUInt16BE(list) + extension.length, list);
  assert.equal(readClientHello(twice), 'not-tls');
});

test('fuzz: mutated hellos neither throw nor read differently when split', () => {
  const random = seededRandom(20);
  for (let round = 0; round < 3000; round++) {
    const bytes = Buffer.from(HELLO.subarray(0, random.below(8) === 0 ? random.below(HELLO.length) : HELLO.length));
    for (let n = random.below(4); n >= 0 && bytes.length > 0; n--)
      bytes[random.below(bytes.length)] = random.below(256);
    const whole = readClientHello(bytes);
    const cut = random.below(bytes.length + 1);
    assert.deepEqual(verdictOf([bytes.subarray(0, cut), bytes.subarray(cut)]), whole);
  }
});
