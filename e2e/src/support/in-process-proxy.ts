import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { decodeBootstrap, runProxy } from '@weft/proxy';
import { quietDeps } from '@weft/proxy/testing/quiet-deps';

/** A proxy of this process with everything from `bootstrap`, ended with the test. Returns the port of its first listener. */
export async function startProxy(t: TestContext, bootstrap: unknown): Promise<number> {
  const decoded = decodeBootstrap(bootstrap);
  assert.ok(decoded.ok, JSON.stringify(decoded));
  const proxy = runProxy(decoded.value, quietDeps());
  t.after(() => proxy.close());
  await proxy.ready;
  const port = proxy.listeners()[0]?.address.port;
  assert.ok(port !== undefined, 'the proxy has no listener');
  return port;
}
