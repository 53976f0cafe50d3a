/** h2spec (github.com/summerwind/h2spec) against our listener: every server case of its generic, http2 and hpack suites. */
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { test } from 'node:test';
import { proxyInFront } from '../support/proxy-in-front.ts';
import { type Front, frontBootstrap } from './front.ts';
import { peer } from './peer-program.ts';

const h2spec = peer('H2SPEC');
const CASES = 145;

function answer(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  request.on('error', () => response.destroy());
  request.on('end', () => response.end('hello world'));
}

interface Door {
  readonly title: string;
  readonly front: Omit<Front, 'backendPort'>;
  readonly args: readonly string[];
}

/** On a port that also speaks HTTP/1 a wrong preface is a bad HTTP/1 request, in Envoy too; HTTP/2 has none to refuse there. */
const DOORS: readonly Door[] = [
  { title: 'in clear text', front: { codec: 'HTTP2' }, args: [] },
  { title: 'over TLS', front: { tls: true }, args: ['--tls', '--insecure'] },
];

for (const { title, front, args } of DOORS) {
  test(`h2spec: every server case passes ${title}`, { skip: h2spec.missing, timeout: 120_000 }, async (t) => {
    const port = await proxyInFront(t, answer, (backendPort) => frontBootstrap({ ...front, backendPort }));
    const { output } = await h2spec.run(['-h', '127.0.0.1', '-p', String(port), '--timeout', '2', ...args]);
    const summary = /(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed/.exec(output);
    assert.ok(summary !== null, output.slice(-2000));
    const [, cases, passed, , failed] = summary.map(Number);
    assert.equal(failed, 0, output.slice(output.indexOf('Failures:')));
    assert.deepEqual([cases, passed], [CASES, CASES]);
  });
}
