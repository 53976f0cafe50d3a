/** The clients of nghttp2 through the proxy: load of bounded count by h2load, trailers, large headers and priorities by nghttp. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { proxyInFront } from '../support/proxy-in-front.ts';
import { echo } from './echo-backend.ts';
import { frontBootstrap } from './front.ts';
import { peer } from './peer-program.ts';

const h2load = peer('H2LOAD');
const nghttp = peer('NGHTTP');
const REQUESTS = 2000;

function front(t: TestContext, tls: boolean): Promise<number> {
  return proxyInFront(t, echo, (backendPort) => frontBootstrap({ backendPort, tls }));
}

interface Load {
  readonly title: string;
  readonly tls: boolean;
  readonly args: readonly string[];
  readonly path: string;
}

const LOADS: readonly Load[] = [
  { title: 'h2c', tls: false, args: ['-m', '8'], path: '/' },
  { title: 'h2 over TLS', tls: true, args: ['-m', '8'], path: '/' },
  { title: 'HTTP/1.1', tls: false, args: ['--h1'], path: '/' },
  {
    title: 'h2c with bodies larger than the window',
    tls: false,
    args: ['-m', '8', '-n', '200'],
    path: '/bytes/200000',
  },
];

for (const { title, tls, args, path } of LOADS) {
  test(`h2load: ${title}`, { skip: h2load.missing, timeout: 60_000 }, async (t) => {
    const port = await front(t, tls);
    const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}${path}`;
    const { code, output } = await h2load.run(['-n', String(REQUESTS), '-c', '8', ...args, url]);
    assert.equal(code, 0, output);
    const total = args.includes('-n') ? 200 : REQUESTS;
    const [, succeeded] = /requests: \d+ total, \d+ started, \d+ done, (\d+) succeeded/.exec(output) ?? [];
    const [, ok] = /status codes: (\d+) 2xx, 0 3xx, 0 4xx, 0 5xx/.exec(output) ?? [];
    assert.deepEqual([Number(succeeded), Number(ok)], [total, total], output);
  });
}

for (const tls of [false, true]) {
  const where = tls ? 'over TLS' : 'in clear text';
  const url = (port: number, path: string): string => `${tls ? 'https' : 'http'}://127.0.0.1:${port}${path}`;

  test(`nghttp: trailers and priorities ${where}`, { skip: nghttp.missing, timeout: 60_000 }, async (t) => {
    const port = await front(t, tls);
    const trailers = await nghttp.run(['-v', url(port, '/trailers')]);
    assert.match(trailers.output, /x-checksum: of the body/);
    // One stream before the other, and no dependencies at all: a proxy that ignores priorities answers everything all the same.
    for (const args of [['--weight=256', '--weight=1', '-m', '2'], ['--no-dep'], ['--window-bits=16', '-m', '4']]) {
      const { code, output } = await nghttp.run(['-v', '-n', ...args, url(port, '/'), url(port, '/bytes/300000')]);
      assert.equal(code, 0, output);
      assert.equal(output.match(/:status: 200/g)?.length, args.includes('4') ? 8 : args.includes('2') ? 4 : 2, output);
    }
  });

  test(`nghttp: large headers ${where}`, { skip: nghttp.missing, timeout: 60_000 }, async (t) => {
    const port = await front(t, tls);
    const large = 'x'.repeat(14_000);
    const { output } = await nghttp.run(['-v', '-H', `x-large: ${large}`, url(port, '/headers')]);
    assert.match(output, /:status: 200/);
    assert.ok(output.includes(`x-large: ${large}`), 'the answer');
    // More than 60 KiB, the limit of the listener, and less than 64 KiB, that of the client.
    const tooLarge = await nghttp.run([
      '-v',
      ...Array.from({ length: 4 }, (_, i) => ['-H', `x-${i}: ${'y'.repeat(15_600)}`]).flat(),
      url(port, '/headers'),
    ]);
    assert.match(tooLarge.output, /:status: 431/);
  });
}
