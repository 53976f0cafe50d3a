import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { startBackend } from './support/backend.ts';
import { eventually } from './support/eventually.ts';
import { freePortOffset } from './support/free-port.ts';
import { Weft, weft } from './support/weft.ts';

const CERTIFICATES = new URL('../../packages/proxy/src/testing/certificates/', import.meta.url);
const file = (name: string): Promise<Buffer> => readFile(new URL(name, CERTIFICATES));

/** A Secret of type kubernetes.io/tls. */
async function secret(certificate: string): Promise<string> {
  const [crt, key] = await Promise.all([file(`${certificate}.crt`), file(`${certificate}.key`)]);
  return `apiVersion: v1
kind: Secret
metadata: { name: shop-cert, namespace: istio-system }
type: kubernetes.io/tls
data:
  tls.crt: ${crt.toString('base64')}
  tls.key: ${key.toString('base64')}
`;
}

const CONFIG = (backend: number): string => `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: istio-system }
spec:
  selector: { istio: ingressgateway }
  servers:
  - port: { number: 443, name: https, protocol: HTTPS }
    hosts: [shop.example.com]
    tls: { mode: SIMPLE, credentialName: shop-cert }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: app, namespace: istio-system }
spec:
  hosts: [app.internal]
  ports: [{ number: 80, name: http, protocol: HTTP }]
  resolution: STATIC
  location: MESH_INTERNAL
  endpoints: [{ address: 127.0.0.1, ports: { http: ${backend} } }]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: istio-system }
spec:
  hosts: [shop.example.com]
  gateways: [shop]
  http: [{ route: [{ destination: { host: app.internal, port: { number: 80 } } }] }]
`;

interface Seen {
  readonly status: number;
  readonly body: string;
  /** Of the certificate that the gateway showed. */
  readonly serial: string;
}

function ask(port: number, agent: Agent): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const headers = { host: 'shop.example.com' };
    const call = request({ host: '127.0.0.1', port, servername: 'shop.example.com', agent, headers }, (response) => {
      const socket = response.socket as TLSSocket;
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body,
          serial: socket.getPeerX509Certificate()?.serialNumber ?? '',
        }),
      );
    });
    call.on('error', reject);
    call.end();
  });
}

test('a gateway ends TLS with the certificate of a Secret, and takes a new one without dropping a connection', async (t) => {
  const backend = await startBackend(t, 'hello from the app');
  const folder = await mkdtemp(join(tmpdir(), 'weft-tls-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'mesh.yaml');
  await writeFile(path, `${CONFIG(backend)}---\n${await secret('shop')}`);

  await using control = new Weft(['control', '--memory', '--xds-port', '0', '--api-port', '0', '--metrics-port', '0']);
  const [, api = ''] = await control.waitFor(/API +(http:\S+)/);
  const [, xds = ''] = await control.waitFor(/xDS +(?:\S+:\/\/)?(\S+:\d+)/);
  const applied = await weft('apply', '-f', path, '--server', api);
  assert.equal(applied.code, 0, applied.stderr);

  // Every port moves with the admin port, 15000, which is put where one is free.
  const offset = await freePortOffset();
  await using gateway = new Weft(['gateway', '--xds', xds, '--port-offset', String(offset)]);
  await gateway.waitFor(/ready; admin/);
  const port = 8443 + offset;

  const ca = await file('authority.crt');
  const kept = new Agent({ keepAlive: true, maxSockets: 1, ca });
  t.after(() => kept.destroy());
  const first = await eventually(
    'the gateway',
    () => ask(port, kept),
    ({ status }) => status === 200,
  );
  assert.equal(first.body, 'hello from the app');

  await writeFile(path, await secret('shop-renewed'));
  const renewed = await weft('apply', '-f', path, '--server', api);
  assert.equal(renewed.code, 0, renewed.stderr);
  const fresh = (): Promise<Seen> => ask(port, new Agent({ ca, maxCachedSessions: 0 }));
  const second = await eventually('the new certificate', fresh, ({ serial }) => serial !== first.serial);
  assert.equal(second.body, 'hello from the app');
  const same = await ask(port, kept);
  assert.equal(same.status, 200);
  assert.equal(same.serial, first.serial, 'the connection of before the renewal is still the same one');
});
