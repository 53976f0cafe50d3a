import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freePort } from './support/free-port.ts';
import { Weft, weft } from './support/weft.ts';

const FIXTURES = join(import.meta.dirname, '../../packages/proxy/src/testing/certificates');

const CONFIG = `apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec: { selector: { app: cart }, ports: [{ name: http, port: 8080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ name: http, port: 8081 }] }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: STRICT } }
`;

/** Answers with the headers it got. */
const SERVER = `
require('node:http').createServer((q, r) => r.end(JSON.stringify(q.headers))).listen(process.env.PORT, '127.0.0.1', () => console.log('listening'));
`;
/** Asks the other service once, and ends. */
const CLIENT = `
fetch('http://cart:8080/').then(async (r) => console.log('answer', r.status, await r.text()), (e) => console.log('failed', e.message)).then(() => process.exit());
`;

describe('mutual TLS with certificates from files', () => {
  let control: Weft;
  let server: readonly string[];
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weft-mtls-'));
    await writeFile(join(folder, 'shop.yaml'), CONFIG);
    const names = { 'client.crt': 'cert-chain.pem', 'client.key': 'key.pem', 'authority.crt': 'root-cert.pem' };
    for (const [from, to] of Object.entries(names)) await copyFile(join(FIXTURES, from), join(folder, to));
    control = new Weft(['control', '--memory', '--xds-port', '0', '--api-port', '0', '--metrics-port', '0']);
    const [, api = ''] = await control.waitFor(/API +(http:\S+)/);
    server = ['--server', api];
    const applied = await weft('apply', '-f', join(folder, 'shop.yaml'), ...server);
    assert.equal(applied.code, 0, applied.stderr);
  });

  after(async () => {
    await control[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const runArgs = (name: string, port: number): string[] => [
    ...['run', '--name', name, '--namespace', 'shop', '--port', String(port), ...server],
  ];

  test('a strict workload answers a caller with a certificate, and nobody in plain text', async () => {
    const certificates = ['--certificates', folder];
    await using cart = new Weft([
      ...[...runArgs('cart', await freePort()), ...certificates, '--', process.execPath, '-e', SERVER],
    ]);
    const [, address = ''] = await cart.waitFor(/is registered at (\S+);/);
    await cart.waitFor(/listening/);

    const caller = ['--', process.execPath, '-e', CLIENT];
    const asked = await weft(...runArgs('web', await freePort()), ...certificates, ...caller);
    assert.match(asked.stdout, /answer 200/, asked.stderr);
    assert.match(asked.stdout, /URI=spiffe:\/\/cluster\.local\/ns\/shop\/sa\/client/);

    // Without a certificate the caller's sidecar has nothing to show.
    const plain = await weft(...runArgs('web', await freePort()), ...caller);
    assert.match(plain.stdout, /answer 503/, plain.stderr);

    const entry = await weft('get', 'workloadentries', '-n', 'shop', '-o', 'json', ...server);
    const [item] = JSON.parse(entry.stdout).items;
    assert.equal(item.spec.serviceAccount, 'client');
    assert.equal(await rawAnswer(address, item.spec.ports.http), '');
  });

  test('a certificate for somebody else is refused before anything starts', async () => {
    const program = ['--', process.execPath, '-e', '0'];
    const other = await weft(...runArgs('web', 1), '--service-account', 'web', '--certificates', folder, ...program);
    assert.equal(other.code, 2, other.stderr);
    assert.match(other.stderr, /is for service account client/);
    const nowhere = await weft(...runArgs('web', 1), '--certificates', join(folder, 'none'), ...program);
    assert.equal(nowhere.code, 2, nowhere.stderr);
    assert.match(nowhere.stderr, /cannot read .*cert-chain\.pem/);
  });
});

/** What a port says to a request in plain text before it closes. */
function rawAnswer(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
    socket.end('GET / HTTP/1.1\r\nhost: cart\r\n\r\n');
  });
}
