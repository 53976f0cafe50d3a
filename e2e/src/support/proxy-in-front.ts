import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { TestContext } from 'node:test';
import { startProxy } from './in-process-proxy.ts';

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
  return startProxy(t, bootstrap(address.port));
}
