import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { TestContext } from 'node:test';
import { seededRandom, silentLogger, systemClock } from '@weft/base';
import { decodeBootstrap, runProxy } from '@weft/proxy';

/**
 * A proxy of this process in front of a backend that answers with `handler`; both end with the test.
 *
 * @param bootstrap the proxy's bootstrap for a backend on that port; its first listener is the one that is asked
 * @returns the port of that listener
 */
export async function proxyInFront(
  t: TestContext,
  handler: RequestListener,
  bootstrap: (backendPort: number) => unknown,
): Promise<number> {
  const backend = createServer(handler);
  backend.listen(0, '127.0.0.1');
  await once(backend, 'listening');
  t.after(() => {
    backend.closeAllConnections();
    backend.close();
  });
  const address = backend.address();
  assert.ok(typeof address === 'object' && address !== null);
  const decoded = decodeBootstrap(bootstrap(address.port));
  assert.ok(decoded.ok, JSON.stringify(decoded));
  const proxy = runProxy(decoded.value, {
    clock: systemClock,
    random: seededRandom(1),
    logger: silentLogger,
    logControl: { level: 'off' },
    stdout: () => undefined,
    stderr: () => undefined,
    version: 'test',
    quit: () => undefined,
    environment: () => undefined,
  });
  t.after(() => proxy.close());
  await proxy.ready;
  const port = proxy.listeners()[0]?.address.port;
  assert.ok(port !== undefined, 'the proxy has no listener');
  return port;
}
