import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { OwnDials } from './own-dials.ts';

test('a connection is known by its two ends from before it is accepted until it is closed', async (t) => {
  const dials = new OwnDials();
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const bound = server.address();
  assert.ok(bound !== null && typeof bound !== 'string');
  const here = `127.0.0.1:${bound.port}`;

  const own = connect(bound.port, '127.0.0.1');
  dials.follow(own);
  const [accepted]: Socket[] = await once(server, 'connection');
  const remote = `127.0.0.1:${accepted?.remotePort}`;
  assert.equal(dials.has(remote, here), true);
  assert.equal(dials.has(remote, '10.0.0.1:80'), false, 'who wants to go elsewhere is somebody else');

  const other = connect(bound.port, '127.0.0.1');
  const [others]: Socket[] = await once(server, 'connection');
  assert.equal(dials.has(`127.0.0.1:${others?.remotePort}`, here), false);

  accepted?.destroy();
  others?.destroy();
  other.destroy();
  own.destroy();
  await once(own, 'close');
  assert.equal(dials.has(remote, here), false);
});
