import assert from 'node:assert/strict';
import { once } from 'node:events';
import http2 from 'node:http2';
import { test } from 'node:test';
import { answering, httpListener, RawClient, startProxy, startUpstream, staticCluster } from '../testing/harness.ts';

const TO_BACKEND = [{ match: { prefix: '/' }, route: { cluster: 'backend', timeout: '0s' } }];

interface Answer {
  readonly head: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader;
  readonly body: string;
  readonly trailers: http2.IncomingHttpHeaders | undefined;
}

async function ask(
  session: http2.ClientHttp2Session,
  headers: http2.OutgoingHttpHeaders,
  body?: Buffer,
): Promise<Answer> {
  const stream = session.request(headers, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  let trailers: http2.IncomingHttpHeaders | undefined;
  stream.on('trailers', (fields) => {
    trailers = fields;
  });
  const [head] = await once(stream, 'response');
  let text = '';
  for await (const chunk of stream) text += chunk.toString('latin1');
  return { head, body: text, trailers };
}

function session(port: number): http2.ClientHttp2Session & Disposable {
  const opened = http2.connect(`http://127.0.0.1:${port}`);
  return Object.assign(opened, { [Symbol.dispose]: () => opened.destroy() });
}

test('HTTP/2 by prior knowledge on the port of HTTP/1, many streams at once', async () => {
  await using upstream = await startUpstream(answering('hello'));
  await using proxy = await startProxy([httpListener(TO_BACKEND)], [staticCluster('backend', [upstream.port])]);
  using client = session(proxy.port);
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, i) => ask(client, { ':path': `/${i}`, ':authority': 'example.com' })),
  );
  for (const answer of answers) {
    assert.equal(answer.head[':status'], 200);
    assert.equal(answer.head['server'], 'weft');
    assert.equal(answer.body, 'hello');
  }
  assert.match(upstream.received[0] ?? '', /^GET \/\d+ HTTP\/1\.1\r\nhost: example\.com\r\n/);
});

test('bodies and trailers pass between HTTP/2 and HTTP/1, a body of unknown length chunked', async () => {
  await using upstream = await startUpstream((socket, soFar) => {
    if (soFar.endsWith('\r\nx-sum: 1\r\n\r\n')) {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-end: yes\r\n\r\n');
    }
  });
  await using proxy = await startProxy([httpListener(TO_BACKEND)], [staticCluster('backend', [upstream.port])]);
  using client = session(proxy.port);
  const stream = client.request({ ':path': '/', ':method': 'POST' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '1' }));
  stream.end('hello');
  const trailers = once(stream, 'trailers');
  let body = '';
  for await (const chunk of stream) body += chunk.toString();
  assert.equal(body, 'abc');
  assert.equal((await trailers)[0]['x-end'], 'yes');
  assert.match(upstream.received[0] ?? '', /transfer-encoding: chunked\r\n[\s\S]*5\r\nhello\r\n0\r\nx-sum: 1\r\n\r\n$/);
});

test('large bodies arrive whole in both directions when everybody reads slowly', async () => {
  const size = 3_000_000;
  const block = Buffer.alloc(size, 'u');
  let bytes = 0;
  await using upstream = await startUpstream((socket, soFar) => {
    bytes = soFar.length;
    if (bytes > size && soFar.endsWith('end')) {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`);
      socket.write(block);
    }
  });
  await using proxy = await startProxy([httpListener(TO_BACKEND)], [staticCluster('backend', [upstream.port])]);
  using client = session(proxy.port);
  const answer = await ask(
    client,
    { ':path': '/', ':method': 'POST', 'content-length': size + 3 },
    Buffer.concat([block, Buffer.from('end')]),
  );
  assert.equal(answer.body.length, size);
});

test('an answer before the request is complete ends the stream, not the connection', async () => {
  await using proxy = await startProxy([httpListener([])], []);
  using client = session(proxy.port);
  const stream = client.request({ ':path': '/', ':method': 'POST' });
  stream.write('never finished');
  const [head] = await once(stream, 'response');
  assert.equal(head[':status'], 404);
  assert.equal(head['x-weft-error'], 'ROUTE_NOT_FOUND');
  stream.resume();
  await once(stream, 'close');
  assert.equal(stream.rstCode, http2.constants.NGHTTP2_NO_ERROR);
  assert.equal((await ask(client, { ':path': '/' })).head[':status'], 404);
});

test('HEAD has no body and keeps the length; an upstream that breaks off is a 503', async () => {
  await using upstream = await startUpstream((socket, soFar) => {
    if (!soFar.includes('PUT ')) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n');
    else socket.destroy();
  });
  await using proxy = await startProxy([httpListener(TO_BACKEND)], [staticCluster('backend', [upstream.port])]);
  using client = session(proxy.port);
  const head = await ask(client, { ':path': '/', ':method': 'HEAD' });
  assert.deepEqual([head.head['content-length'], head.body], ['7', '']);
  const broken = await ask(client, { ':path': '/', ':method': 'PUT' }, Buffer.from('x'));
  assert.equal(broken.head[':status'], 503);
  assert.equal(broken.head['x-weft-error'], 'UPSTREAM_RESET');
});

test('a client that resets its stream ends the exchange', async () => {
  let ended = false;
  await using upstream = await startUpstream((socket) => {
    socket.on('close', () => {
      ended = true;
    });
  });
  await using proxy = await startProxy([httpListener(TO_BACKEND)], [staticCluster('backend', [upstream.port])]);
  using client = session(proxy.port);
  const stream = client.request({ ':path': '/' });
  stream.on('error', () => undefined);
  while (upstream.received[0] === undefined || upstream.received[0] === '')
    await new Promise((resolve) => setImmediate(resolve));
  stream.close(http2.constants.NGHTTP2_CANCEL);
  while (!ended) await new Promise((resolve) => setImmediate(resolve));
});

test('a WebSocket by extended CONNECT goes on as an HTTP/1.1 upgrade', async () => {
  await using upstream = await startUpstream((socket, soFar) => {
    if (soFar.endsWith('\r\n\r\n')) {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: x\r\n\r\nwelcome',
      );
    } else socket.write(soFar.slice(-4).toUpperCase());
  });
  const manager = { upgrade_configs: [{ upgrade_type: 'websocket' }], http2_protocol_options: { allow_connect: true } };
  await using proxy = await startProxy(
    [httpListener(TO_BACKEND, manager)],
    [staticCluster('backend', [upstream.port])],
  );
  using client = session(proxy.port);
  await once(client, 'remoteSettings');
  const stream = client.request({
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':path': '/chat',
    ':scheme': 'http',
    ':authority': 'x',
  });
  const [head] = await once(stream, 'response');
  assert.equal(head[':status'], 200);
  assert.equal(head['sec-websocket-accept'], undefined);
  let received = '';
  stream.on('data', (chunk) => {
    received += chunk.toString();
  });
  while (!received.includes('welcome')) await once(stream, 'data');
  stream.write('ping');
  while (!received.includes('PING')) await once(stream, 'data');
  assert.match(upstream.received[0] ?? '', /^GET \/chat HTTP\/1\.1\r\n[\s\S]*upgrade: websocket\r\n/);
  assert.match(upstream.received[0] ?? '', /sec-websocket-key: [\w+/]{22}==\r\n/);
  assert.match(upstream.received[0] ?? '', /connection: upgrade\r\n/);
  stream.end();
});

test('a proxy that closes says GOAWAY and finishes what is open', async () => {
  let answer: (() => void) | undefined;
  await using upstream = await startUpstream((socket) => {
    answer = () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
  });
  await using proxy = await startProxy([httpListener(TO_BACKEND)], [staticCluster('backend', [upstream.port])]);
  using client = session(proxy.port);
  const pending = ask(client, { ':path': '/' });
  while (answer === undefined) await new Promise((resolve) => setImmediate(resolve));
  const goaway = once(client, 'goaway');
  const drained = proxy.proxy.drain(5000);
  await goaway;
  answer();
  assert.equal((await pending).body, 'ok');
  await drained;
});

test('an HTTP/1.1 client may ask for HTTP/2 by Upgrade; with a body the wish is ignored', async () => {
  await using upstream = await startUpstream((socket, soFar) => {
    if (/\r\n\r\n(body)?$/.test(soFar)) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello');
  });
  await using proxy = await startProxy([httpListener(TO_BACKEND)], [staticCluster('backend', [upstream.port])]);
  using client = new RawClient(proxy.port);
  const upgrade = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n';
  client.send(`GET /up HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n`);
  await client.until('\r\n\r\n');
  assert.match(client.received, /^HTTP\/1\.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n/);
  client.send('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0');
  const answer = await client.until('hello');
  assert.ok(
    ['\0', '\x01'].some((flags) => answer.includes(`\0\0\x05\0${flags}\0\0\0\x01hello`)),
    'a DATA frame of five bytes on stream 1',
  );
  assert.doesNotMatch(upstream.received[0] ?? '', /upgrade|http2-settings/i);
  using plain = new RawClient(proxy.port);
  plain.send(`POST /up HTTP/1.1\r\nHost: x\r\n${upgrade}Content-Length: 4\r\n\r\nbody`);
  assert.match(await plain.until('hello'), /^HTTP\/1\.1 200 OK/);
});
