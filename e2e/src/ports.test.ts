import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { freePortOffset } from './support/free-port.ts';
import { weft } from './support/weft.ts';

test('a taken port is named with its holder and the option that chooses another, and nothing is started', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  assert.ok(typeof address === 'object' && address !== null);
  const finished = await weft(
    'demo',
    '--gateway-port',
    String(address.port),
    '--xds-port',
    '0',
    '--api-port',
    '0',
    '--port-offset',
    String(await freePortOffset()),
  );
  holder.close();
  assert.equal(finished.code, 8, finished.stderr);
  assert.match(finished.stderr, new RegExp(`port ${address.port} for the gateway is taken by`));
  assert.match(finished.stderr, /--gateway-port/);
  if (process.platform === 'linux') assert.match(finished.stderr, new RegExp(`process ${process.pid}`));
});
