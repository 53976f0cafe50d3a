import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  type Harness,
  listener,
  RawClient,
  startProxy,
  startUpstream,
  staticCluster,
} from '../../../testing/harness.ts';

const TYPES = 'type.googleapis.com/envoy.extensions';
const HTTP2 = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': `${TYPES}.upstreams.http.v3.HttpProtocolOptions`,
      explicit_http_config: { http2_protocol_options: {} },
    },
  },
};

function tunnelling(
  ports: readonly number[],
  tunnel: object = {},
  more: object = {},
  cluster: object = {},
): Promise<Harness> {
  const config = {
    '@type': `${TYPES}.filters.network.tcp_proxy.v3.TcpProxy`,
    stat_prefix: 'tcp',
    cluster: 'gate',
    tunneling_config: { hostname: 'bank.example.com:443', ...tunnel },
    ...more,
  };
  return startProxy([listener([{ name: 'tcp', typed_config: config }])], [staticCluster('gate', ports, cluster)]);
}

const HEAD_END = '\r\n\r\n';

/** Answers the request for a tunnel with `answer`; what comes later is echoed in capitals. */
function gate(answer: string): (socket: Socket, soFar: string) => void {
  const asked = new WeakSet<Socket>();
  return (socket, soFar) => {
    const end = soFar.indexOf(HEAD_END);
    if (end < 0) return;
    if (!asked.has(socket)) {
      asked.add(socket);
      socket.write(answer);
    }
    const rest = soFar.slice(end + HEAD_END.length);
    if (rest !== '') socket.write(rest.toUpperCase());
  };
}

test('CONNECT opens a tunnel, then bytes pass as they are, those the client sent before it included', async () => {
  await using upstream = await startUpstream(gate('HTTP/1.1 200 OK\r\nvia: gate\r\n\r\nhello '));
  const headers = [{ header: { key: 'X-From', value: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%' } }];
  await using proxy = await tunnelling([upstream.port], { headers_to_add: headers });
  using client = new RawClient(proxy.port);
  client.send('early');
  assert.equal(await client.until('EARLY'), 'hello EARLY');
  assert.equal(
    upstream.received[0],
    'CONNECT bank.example.com:443 HTTP/1.1\r\nhost: bank.example.com:443\r\nx-from: 127.0.0.1\r\n\r\nearly',
  );
  client.send('more');
  await client.until('MORE');
});

test('nothing goes before the answer, however it is split; an interim response is none', async () => {
  const answer = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nx: y\r\n\r\nrest';
  const before: string[] = [];
  await using upstream = await startUpstream((socket, soFar) => {
    if (!soFar.endsWith(HEAD_END)) return;
    before.push(soFar);
    socket.setNoDelay(true);
    const next = (i: number): void => {
      if (i === answer.length) return;
      socket.write(answer[i] ?? '', () => setImmediate(next, i + 1));
    };
    next(0);
  });
  await using proxy = await tunnelling([upstream.port]);
  using client = new RawClient(proxy.port);
  client.send('x'.repeat(300_000));
  assert.equal(await client.until('rest'), 'rest');
  assert.equal(before.length, 1);
  assert.match(before[0] ?? '', /\r\n\r\n$/);
});

test('an end on one side is passed on, the other side goes on', async () => {
  await using upstream = await startUpstream((socket, soFar) => {
    if (soFar.endsWith(HEAD_END)) {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.prependOnceListener('end', () => socket.end('last words'));
    }
  });
  await using proxy = await tunnelling([upstream.port]);
  using client = new RawClient(proxy.port);
  client.socket.end('bye');
  assert.equal(await client.untilClosed(), 'last words');
  assert.match(upstream.received[0] ?? '', /\r\n\r\nbye$/);
});

for (const [what, answer, expected] of [
  ['a refusal', 'HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 4\r\n\r\nnope', /with 407 Proxy/],
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n', /with 101/],
  ['what is no HTTP', 'SSH-2.0-OpenSSH_9\r\n', /answer to CONNECT is broken/],
  ['an end', '', /closed the connection instead of answering CONNECT/],
] as const) {
  test(`${what} closes the connection, and the log says why`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tunnel-'));
    const path = join(folder, 'access.log');
    const log = {
      name: 'file',
      typed_config: {
        '@type': `${TYPES}.access_loggers.file.v3.FileAccessLog`,
        path,
        log_format: {
          text_format_source: { inline_string: '%RESPONSE_FLAGS% %UPSTREAM_TRANSPORT_FAILURE_REASON%\n' },
        },
      },
    };
    await using upstream = await startUpstream((socket) => {
      if (answer === '') socket.end();
      else socket.write(answer);
    });
    {
      await using proxy = await tunnelling([upstream.port], {}, { access_log: [log] });
      using client = new RawClient(proxy.port);
      client.send('secret');
      assert.equal(await client.untilClosed(), '');
    }
    const line = readFileSync(path, 'utf8');
    rmSync(folder, { recursive: true });
    assert.match(line, /^UF /);
    assert.match(line, expected);
    assert.doesNotMatch(upstream.received[0] ?? '', /secret/);
  });
}

test('the next endpoint is asked after a refusal, as often as connections are tried', async () => {
  let refusals = 0;
  const answers = (socket: Socket, soFar: string): void => {
    if (soFar.endsWith(HEAD_END)) socket.write(`HTTP/1.1 ${refusals++ === 0 ? '503 No' : '200 OK'}\r\n\r\n`);
    else socket.end('got it');
  };
  await using upstream = await startUpstream(answers);
  await using proxy = await tunnelling([upstream.port], {}, { max_connect_attempts: 2 });
  using client = new RawClient(proxy.port);
  client.send('kept');
  assert.equal(await client.untilClosed(), 'got it');
  assert.match(upstream.received[1] ?? '', /\r\n\r\nkept$/);
});

test('an endpoint that never answers is given up after connect_timeout', async () => {
  await using upstream = await startUpstream(() => undefined);
  await using proxy = await tunnelling([upstream.port], {}, {}, { connect_timeout: '0.05s' });
  using client = new RawClient(proxy.port);
  client.send('x');
  assert.equal(await client.untilClosed(), '');
  assert.match(upstream.received[0] ?? '', /^CONNECT .*\r\n\r\n$/s);
});

test('POST carries the bytes in chunked bodies', async () => {
  await using upstream = await startUpstream((socket, soFar) => {
    if (soFar.endsWith('chunked\r\n\r\n'))
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n');
    if (soFar.endsWith('0\r\n\r\n')) socket.write('5\r\n two!\r\n0\r\n\r\n');
  });
  const by = [{ header: { key: 'by', value: 'gate' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' }];
  await using proxy = await tunnelling([upstream.port], { use_post: true, post_path: '/tunnel', headers_to_add: by });
  using client = new RawClient(proxy.port);
  client.send('hi');
  await client.until('one');
  client.socket.end();
  assert.equal(await client.untilClosed(), 'one two!');
  assert.match(upstream.received[0] ?? '', /^POST \/tunnel HTTP\/1.1\r\nhost: bank.example.com:443\r\nby: gate\r\n/);
  assert.match(upstream.received[0] ?? '', /2\r\nhi\r\n0\r\n\r\n$/);
});

test('what this proxy cannot do is refused by name', async () => {
  await assert.rejects(tunnelling([1], {}, {}, HTTP2), /tunneling_config: cluster gate speaks HTTP\/2/);
  await assert.rejects(tunnelling([1], { propagate_response_headers: true }), /propagate_response_headers/);
  await assert.rejects(tunnelling([1], { hostname: '%NONE%' }), /tunneling_config.hostname/);
  await assert.rejects(tunnelling([1], { post_path: '/x' }), /post_path/);
  const host = [{ header: { key: 'host', value: 'x' } }];
  await assert.rejects(tunnelling([1], { headers_to_add: host }), /tunneling_config.headers_to_add\[0\]/);
});
