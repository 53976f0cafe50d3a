import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually } from './support/eventually.ts';
import { freePortOffset } from './support/free-port.ts';
import { Client } from './support/http.ts';
import { Weft, weft } from './support/weft.ts';

const ORDER_SERVICE = fileURLToPath(new URL('fixtures/order-service.yaml', import.meta.url));
const PORTS = [
  '--gateway-port',
  '0',
  '--xds-port',
  '0',
  '--api-port',
  '0',
  '--port-offset',
  String(await freePortOffset()),
];

test('a security policy that is not enforced yet stops weft up', async () => {
  const finished = await weft('up', '-f', ORDER_SERVICE, ...PORTS);
  assert.equal(finished.code, 7, finished.stderr);
  for (const kind of ['PeerAuthentication', 'AuthorizationPolicy', 'RequestAuthentication']) {
    assert.match(finished.stderr, new RegExp(`order-service\\.yaml:\\d+(:\\d+)?: error: ${kind} `));
  }
  assert.match(finished.stderr, /--allow-unenforced/);
});

test('with --allow-unenforced the gateway of the configuration serves, and says why a request fails', async () => {
  await using up = new Weft(['up', '-f', ORDER_SERVICE, '--allow-unenforced', ...PORTS]);
  const [, port] = await up.waitFor(/80 → 127\.0\.0\.1:(\d+)/);
  const [, api = ''] = await up.waitFor(/API +(http:\S+)/);
  using client = new Client(Number(port));
  // Port 443 waits for a Secret that nobody applied, port 80 does not.
  const answer = await eventually(
    'the redirect of port 80',
    () => client.get('/orders', { host: 'api.example.com' }),
    ({ status }) => status === 301,
  );
  // Port 80 of this Gateway redirects to HTTPS.
  assert.equal(answer.status, 301, answer.text);
  assert.match(String(answer.headers['location']), /^https:\/\/api\.example\.com/);
  const explained = JSON.parse(
    (
      await weft(
        'explain',
        'GET',
        'https://api.example.com/orders',
        '-H',
        'canary: true',
        '--server',
        api,
        '-o',
        'json',
      )
    ).stdout,
  );
  assert.match(explained.hops[0].proxy, /^router~/);
  const finished = await up.stop();
  assert.equal(finished.code, 0, finished.stderr);
});
