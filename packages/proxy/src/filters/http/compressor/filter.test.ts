import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import {
  httpFilterConfig,
  httpListener,
  onRoute,
  RawClient,
  ROUTER,
  startProxy,
  startUpstream,
  staticCluster,
} from '../../../testing/harness.ts';
import { chooseEncoding } from './encodings.ts';

const LIBRARY = 'type.googleapis.com/envoy.extensions.compression';
const BODY = 'the same words again and again, '.repeat(20_000);

function library(name: 'gzip' | 'brotli' | 'zstd', type: string): object {
  return { name, typed_config: { '@type': `${LIBRARY}.${name}.compressor.v3.${type}` } };
}
const GZIP = library('gzip', 'Gzip');
const ALL = [GZIP, library('brotli', 'Brotli'), library('zstd', 'Zstd')];

function manager(libraries: readonly object[], more: object = {}): object {
  const filters = libraries.map((compressor_library, i) => ({
    ...httpFilterConfig('compressor.v3.Compressor', { compressor_library, ...more }),
    name: i === 0 ? 'compressor' : `compressor-${i}`,
  }));
  return { http_filters: [...filters, ROUTER] };
}

interface Answer {
  readonly head: string;
  readonly body: Buffer;
}

/** Reads an answer to its end, undoing chunks. */
async function get(port: number, headers: string, path = '/', method = 'GET'): Promise<Answer> {
  using client = new RawClient(port);
  client.send(`${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`);
  const answer = await client.untilClosed();
  const cut = answer.indexOf('\r\n\r\n') + 4;
  const head = answer.slice(0, cut);
  let rest = answer.slice(cut);
  if (!/transfer-encoding: chunked/.test(head)) return { head, body: Buffer.from(rest, 'latin1') };
  let body = '';
  for (;;) {
    const line = rest.indexOf('\r\n');
    const size = Number.parseInt(rest.slice(0, line), 16);
    if (!(size > 0)) return { head, body: Buffer.from(body, 'latin1') };
    body += rest.slice(line + 2, line + 2 + size);
    rest = rest.slice(line + 4 + size);
  }
}

async function withUpstream(
  head: string,
  body: string,
  more: object,
  check: (port: number, received: readonly string[]) => Promise<void>,
): Promise<void> {
  await using upstream = await startUpstream((socket, soFar) => {
    if (!soFar.endsWith('\r\n\r\n')) return;
    const length = `content-length: ${body.length}\r\n`;
    socket.write(`HTTP/1.1 200 OK\r\n${length}${head}\r\n${soFar.includes('HEAD ') ? '' : body}`);
  });
  const routes = [
    {
      match: { prefix: '/plain' },
      route: { cluster: 'backend' },
      ...onRoute('compressor.v3.CompressorPerRoute', { disabled: true }),
    },
    { match: { prefix: '/' }, route: { cluster: 'backend' } },
  ];
  await using proxy = await startProxy([httpListener(routes, more)], [staticCluster('backend', [upstream.port])]);
  await check(proxy.port, upstream.received);
}

test('each encoding is chosen by what the client accepts, and undone gives the body', async () => {
  await withUpstream('content-type: text/plain; charset=utf-8\r\n', BODY, manager(ALL), async (port) => {
    for (const [accept, encoding, undo] of [
      ['gzip', 'gzip', gunzipSync],
      ['br, gzip;q=0.5', 'br', brotliDecompressSync],
      ['zstd', 'zstd', zstdDecompressSync],
      ['*', 'gzip', gunzipSync],
    ] as const) {
      const { head, body } = await get(port, `accept-encoding: ${accept}\r\n`);
      assert.match(head, new RegExp(`\\r\\ncontent-encoding: ${encoding}\\r\\n`), accept);
      assert.match(head, /\r\nvary: Accept-Encoding\r\n/);
      assert.doesNotMatch(head, /content-length/);
      assert.ok(body.length < BODY.length / 10);
      assert.equal(undo(body).toString(), BODY);
    }
  });
});

test('what is not to be compressed passes as it is', async () => {
  const plain = async (head: string, more: object, accept = 'gzip', path = '/'): Promise<void> => {
    await withUpstream(head, BODY, more, async (port) => {
      const answer = await get(port, `accept-encoding: ${accept}\r\n`, path);
      assert.doesNotMatch(answer.head, /content-encoding: gzip/);
      assert.equal(answer.body.toString(), BODY);
    });
  };
  const only = manager([GZIP]);
  await plain('content-type: image/png\r\n', only);
  await plain('content-type: text/plain\r\ncontent-encoding: x\r\n', only);
  await plain('content-type: text/plain\r\ncache-control: public, no-transform\r\n', only);
  await plain('content-type: text/plain\r\n', only, 'gzip;q=0');
  await plain('content-type: text/plain\r\n', only, 'identity');
  await plain('content-type: text/plain\r\n', only, 'gzip', '/plain');
  const etag = { response_direction_config: { disable_on_etag_header: true } };
  await plain('content-type: text/plain\r\netag: "1"\r\n', manager([GZIP], etag));
});

test('short bodies, HEAD and strong validators', async () => {
  await withUpstream('content-type: text/plain\r\n', 'short', manager([GZIP]), async (port) => {
    assert.match((await get(port, 'accept-encoding: gzip\r\n')).head, /\r\ncontent-length: 5\r\n/);
  });
  await withUpstream('content-type: text/plain\r\netag: "1"\r\n', BODY, manager([GZIP]), async (port) => {
    assert.doesNotMatch((await get(port, 'accept-encoding: gzip\r\n')).head, /etag/);
    const head = await get(port, 'accept-encoding: gzip\r\n', '/', 'HEAD');
    assert.match(head.head, /\r\ncontent-length: 640000\r\n[\s\S]*vary: Accept-Encoding/);
  });
  await withUpstream('content-type: text/plain\r\netag: W/"1"\r\n', BODY, manager([GZIP]), async (port) => {
    assert.match((await get(port, 'accept-encoding: gzip\r\n')).head, /\r\netag: W\/"1"\r\n/);
  });
});

test('accept-encoding can be kept from the upstream', async () => {
  const remove = { response_direction_config: { remove_accept_encoding_header: true } };
  await withUpstream('', BODY, manager([GZIP], remove), async (port, received) => {
    assert.match((await get(port, 'accept-encoding: gzip\r\n')).head, /content-encoding: gzip/);
    assert.doesNotMatch(received.join(''), /accept-encoding/);
  });
});

test('encodings: quality first, then the order of the chain', () => {
  const offered = ['gzip', 'br'];
  assert.equal(chooseEncoding('br, gzip', offered), 'gzip');
  assert.equal(chooseEncoding('gzip;q=0.1, br;q=0.2', offered), 'br');
  assert.equal(chooseEncoding('*, gzip;q=0', offered), 'br');
  assert.equal(chooseEncoding('deflate', offered), undefined);
  assert.equal(chooseEncoding('identity, gzip;q=0.5', offered), undefined);
  assert.equal(chooseEncoding('gzip;q=nonsense', offered), undefined);
  assert.equal(chooseEncoding(undefined, offered), undefined);
});

test('compression of requests is refused by name', async () => {
  const more = manager([GZIP], { request_direction_config: { common_config: {} } });
  await assert.rejects(startProxy([httpListener([], more)], []), /request_direction_config/);
});
