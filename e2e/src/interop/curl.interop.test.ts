/** curl through the proxy: every way it has to begin HTTP, and bodies of some size. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { proxyInFront } from '../support/proxy-in-front.ts';
import { bytesOf, echo } from './echo-backend.ts';
import { AUTHORITY_FILE, frontBootstrap, SERVER_NAME } from './front.ts';
import { peer } from './peer-program.ts';

const curl = peer('CURL');
const LARGE = 8 * 1024 * 1024;
const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

interface Way {
  readonly title: string;
  readonly tls: boolean;
  readonly args: readonly string[];
  /** `%{http_version}` of the answer. */
  readonly version: string;
  /** Bytes of a download. */
  readonly large?: number;
}

const WAYS: readonly Way[] = [
  { title: 'HTTP/1.0', tls: false, args: ['--http1.0'], version: '1.1' },
  { title: 'HTTP/1.1', tls: false, args: ['--http1.1'], version: '1.1' },
  // curl keeps what follows the 101 in a buffer of 32 KiB and gives up when there is more.
  { title: 'an upgrade to h2c', tls: false, args: ['--http2'], version: '2', large: 16_384 },
  { title: 'h2c by prior knowledge', tls: false, args: ['--http2-prior-knowledge'], version: '2' },
  { title: 'TLS with ALPN http/1.1', tls: true, args: ['--http1.1'], version: '1.1' },
  { title: 'TLS with ALPN h2', tls: true, args: ['--http2'], version: '2' },
  { title: 'TLS 1.2 without ALPN', tls: true, args: ['--no-alpn', '--tls-max', '1.2'], version: '1.1' },
];

async function urlOf(t: TestContext, { tls, args }: Way): Promise<{ url: string; common: readonly string[] }> {
  const port = await proxyInFront(t, echo, (backendPort) => frontBootstrap({ backendPort, tls }));
  const host = tls ? SERVER_NAME : '127.0.0.1';
  const resolve = tls ? ['--resolve', `${SERVER_NAME}:${port}:127.0.0.1`, '--cacert', AUTHORITY_FILE] : [];
  const common = ['--silent', '--show-error', '--fail', '--noproxy', '*', '--max-time', '30', ...resolve, ...args];
  return { url: `${tls ? 'https' : 'http'}://${host}:${port}`, common };
}

for (const way of WAYS) {
  test(`curl: ${way.title}`, { skip: curl.missing, timeout: 60_000 }, async (t) => {
    const { url, common } = await urlOf(t, way);
    const ask = async (path: string, ...args: readonly string[]): Promise<string> => {
      const { code, output } = await curl.run([...common, ...args, `${url}${path}`]);
      assert.equal(code, 0, `${path}: ${output}`);
      return output;
    };
    assert.equal(await ask('/', '--write-out', ' %{http_code} %{http_version}'), `hello 200 ${way.version}`);
    assert.equal(await ask('/bytes/0'), '');
    assert.equal(await ask('/', '--head', '--output', '-').then((head) => head.includes('200')), true);

    const folder = mkdtempSync(join(tmpdir(), 'weft-curl-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'large');
    writeFileSync(file, bytesOf(LARGE));
    const sum = digest(bytesOf(LARGE));
    const { large = LARGE } = way;
    assert.equal(digest(Buffer.from(await ask(`/bytes/${large}`))), digest(bytesOf(large)), 'a large download');
    assert.equal(await ask('/digest', '--data-binary', `@${file}`), sum, 'a large upload');
    assert.equal(await ask('/digest', '-H', 'Expect: 100-continue', '--data-binary', `@${file}`), sum, '100-continue');
    if (way.title !== 'HTTP/1.0' && large === LARGE)
      assert.equal(
        digest(Buffer.from(await ask('/echo', '-T', file, '-H', 'Transfer-Encoding: chunked'))),
        sum,
        'echo',
      );
  });
}
