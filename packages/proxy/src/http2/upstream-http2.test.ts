import assert from 'node:assert/strict';
import { once } from 'node:events';
import http2 from 'node:http2';
import { test } from 'node:test';
import { httpListener, RawClient, startProxy, staticCluster } from '../testing/harness.ts';

const TO_BACKEND = [{ match: { prefix: '/' }, route: { cluster: 'backend', timeout: '0s' } }];
const OPTIONS = 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

function protocol(options: object): object {
  return {
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': { '@type': OPTIONS, ...options },
    },
  };
}
const HTTP2 = protocol({ explicit_http_config: { http2_protocol_options: {} } });

interface Backend extends AsyncDisposable {
  readonly port: number;
  readonly sessions: http2.ServerHttp2Session[];
}

async function backend(
  onStream: (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void,
  options: http2.ServerOptions = {},
): Promise<Backend> {
  const server = http2.createServer(options);
  const sessions: http2.ServerHttp2Session[] = [];
  server.on('session', (session) => sessions.push(session));
  server.on('stream', (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => {
    stream.on('error', () => undefined);
    onStream(stream, headers);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    sessions,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

test('HTTP/1 clients share one HTTP/2 connection to the upstream', async () => {
  await using upstream = await backend((stream, headers) => {
    stream.respond({ ':status': 200, 'x-authority': headers[':authority'], 'x-scheme': headers[':scheme'] });
    stream.end(`hello ${headers[':path']}`);
  });
  await using proxy = await startProxy([httpListener(TO_BACKEND)], [staticCluster('backend', [upstream.port], HTTP2)]);
  const answers = await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      using client = new RawClient(proxy.port);
      client.send(`GET /${i} HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n`);
      return await client.until(`hello /${i}`);
    }),
  );
  for (const answer of answers)
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[\s\S]*x-authority: example\.com\r\nx-scheme: http\r\n/);
  assert.equal(upstream.sessions.length, 1);
});

test('bodies and trailers in both directions, and an answer without a body', async () => {
  await using upstream = await backend((stream, headers) => {
    if (headers[':path'] === '/empty') {
      stream.respond({ ':status': 200 }, { endStream: true });
      return;
    }
    stream.respond({ ':status': 200 }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-end': 'yes' }));
    stream.pipe(stream);
  });
  await using proxy = await startProxy([httpListener(TO_BACKEND)], [staticCluster('backend', [upstream.port], HTTP2)]);
  using client = new RawClient(proxy.port);
  client.send('POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n');
  assert.match(
    await client.until('x-end: yes\r\n\r\n'),
    /transfer-encoding: chunked\r\n[\s\S]*hello[\s\S]*0\r\nx-end: yes\r\n\r\n$/,
  );
  client.received = '';
  client.send('GET /empty HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.match(await client.until('\r\n\r\n'), /^HTTP\/1\.1 200 OK\r\n[\s\S]*content-length: 0\r\n/);
});

test('a large body waits for a slow upstream and a slow client alike', async () => {
  const size = 4_000_000;
  await using upstream = await backend((stream) => {
    let bytes = 0;
    stream.on('data', (chunk) => {
      bytes += chunk.length;
    });
    stream.on('end', () => {
      stream.respond({ ':status': 200, 'x-bytes': String(bytes) });
      stream.end(Buffer.alloc(size, 'd'));
    });
  });
  await using proxy = await startProxy([httpListener(TO_BACKEND)], [staticCluster('backend', [upstream.port], HTTP2)]);
  const client = http2.connect(`http://127.0.0.1:${proxy.port}`);
  const stream = client.request({ ':path': '/', ':method': 'POST' });
  stream.end(Buffer.alloc(size, 'u'));
  const [head] = await once(stream, 'response');
  assert.equal(head['x-bytes'], String(size));
  let bytes = 0;
  for await (const chunk of stream) bytes += chunk.length;
  assert.equal(bytes, size);
  client.destroy();
});

test('a cluster that speaks what the client spoke has both', async () => {
  await using upstream = await backend((stream) => {
    stream.respond({ ':status': 200 });
    stream.end('two');
  });
  const both = protocol({ use_downstream_protocol_config: { http_protocol_options: {}, http2_protocol_options: {} } });
  await using proxy = await startProxy([httpListener(TO_BACKEND)], [staticCluster('backend', [upstream.port], both)]);
  const client = http2.connect(`http://127.0.0.1:${proxy.port}`);
  const stream = client.request({ ':path': '/' });
  const [head] = await once(stream, 'response');
  assert.equal(head[':status'], 200);
  stream.resume();
  await once(stream, 'end');
  client.destroy();
  // An HTTP/2 server answers HTTP/1 with what is no HTTP/1 response.
  using plain = new RawClient(proxy.port);
  plain.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.match(await plain.until('\r\n\r\n'), /^HTTP\/1\.1 50[23] /);
});

test('resets: refused streams are tried again where the route says so, others are named', async () => {
  let tries = 0;
  await using upstream = await backend((stream, headers) => {
    tries++;
    if (headers[':path'] === '/refused' && tries === 1) stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
    else if (headers[':path'] === '/reset') stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
    else {
      stream.respond({ ':status': 200 });
      stream.end('ok');
    }
  });
  const routes = [
    {
      match: { prefix: '/' },
      route: { cluster: 'backend', timeout: '0s', retry_policy: { retry_on: 'refused-stream', num_retries: 1 } },
    },
  ];
  await using proxy = await startProxy([httpListener(routes)], [staticCluster('backend', [upstream.port], HTTP2)]);
  using client = new RawClient(proxy.port);
  client.send('GET /refused HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.match(await client.until('\r\nok'), /^HTTP\/1\.1 200 /);
  assert.equal(tries, 2);
  client.received = '';
  client.send('GET /reset HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.match(await client.until('remote reset'), /x-weft-error: UPSTREAM_STREAM_RESET\r\n/);
});

test('streams beyond the limit of the upstream wait or go to another connection; GOAWAY moves requests on', async () => {
  await using upstream = await backend(
    (stream, headers) => {
      setImmediate(() => {
        stream.respond({ ':status': 200 });
        stream.end(`done ${headers[':path']}`);
      });
    },
    { settings: { maxConcurrentStreams: 2 } },
  );
  await using proxy = await startProxy([httpListener(TO_BACKEND)], [staticCluster('backend', [upstream.port], HTTP2)]);
  const one = async (path: string): Promise<string> => {
    using client = new RawClient(proxy.port);
    client.send(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    return await client.until(`done ${path}`);
  };
  await one('/first');
  await Promise.all(Array.from({ length: 12 }, (_, i) => one(`/${i}`)));
  const before = upstream.sessions.length;
  for (const session of upstream.sessions) session.goaway();
  await new Promise((resolve) => setImmediate(resolve));
  assert.match(await one('/after'), /200 OK/);
  assert.ok(before >= 1);
});

test('an upstream that is not there, and one that dies within a request', async () => {
  await using upstream = await backend((stream) => stream.session?.destroy());
  await using proxy = await startProxy([httpListener(TO_BACKEND)], [staticCluster('backend', [upstream.port], HTTP2)]);
  using client = new RawClient(proxy.port);
  client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.match(await client.until('\r\n\r\n'), /^HTTP\/1\.1 503 [\s\S]*x-weft-error: UPSTREAM_RESET\r\n/);
  await using nobody = await startProxy([httpListener(TO_BACKEND)], [staticCluster('backend', [1], HTTP2)]);
  using other = new RawClient(nobody.port);
  other.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.match(await other.until('\r\n\r\n'), /^HTTP\/1\.1 503 [\s\S]*x-weft-error: CONNECT_FAILURE\r\n/);
});
