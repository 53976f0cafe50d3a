/** A stock Envoy takes its configuration from our ADS server, in both variants of the protocol. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { silentLogger, systemClock } from '@weft/base';
import { type AdsServer, type ConnectedProxy, type ProxyStatus, startAdsServer, type XdsSet } from '@weft/xds';
import { startBackend } from '../support/backend.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { envoyBootstrap } from './envoy-bootstrap.ts';
import { forwardSet } from './forward-set.ts';
import { NO_ENVOY, startStockEnvoy } from './stock-envoy.ts';

interface Served {
  readonly server: AdsServer;
  /** Gives every proxy that is or will be connected this set. */
  serve(set: XdsSet, generation: number): void;
}

async function startServer(t: TestContext, first: XdsSet): Promise<Served> {
  let current = { set: first, generation: 1 };
  const proxies = new Set<ConnectedProxy>();
  const server = await startAdsServer(
    { host: '127.0.0.1', port: 0 },
    {
      clock: systemClock,
      logger: silentLogger,
      source: {
        connected: (proxy) => {
          proxies.add(proxy);
          proxy.assign(current.set, current.generation);
        },
        disconnected: (proxy) => proxies.delete(proxy),
      },
    },
  );
  t.after(() => server.close());
  return {
    server,
    serve(set, generation) {
      current = { set, generation };
      for (const proxy of proxies) proxy.assign(set, generation);
    },
  };
}

function assertNoNack(proxies: readonly ProxyStatus[], output: string): void {
  assert.equal(proxies.length, 1, output);
  for (const [kind, status] of Object.entries(proxies[0]?.kinds ?? {})) {
    assert.equal(status.nack, undefined, `${kind}: ${status.nack?.message}\n${output}`);
  }
}

for (const apiType of ['GRPC', 'DELTA_GRPC'] as const) {
  test(`a stock Envoy on our ADS server, ${apiType}`, { skip: NO_ENVOY }, async (t) => {
    const [one, two, port] = [await startBackend(t, 'one'), await startBackend(t, 'two'), await freePort()];
    const { server, serve } = await startServer(t, forwardSet(port, one, '/'));
    const node = { id: 'sidecar~127.0.0.1~test.default~default.svc.cluster.local', cluster: 'test' };
    const envoy = startStockEnvoy(t, envoyBootstrap(node, server.address.port, apiType));
    const ask = async (path: string): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
      return response.status === 200 ? response.text() : String(response.status);
    };
    await eventually(
      'the first answer',
      () => ask('/'),
      (body) => body === 'one',
    );

    serve(forwardSet(port, two, '/'), 2);
    await eventually(
      'the other endpoint',
      () => ask('/'),
      (body) => body === 'two',
    );

    serve(forwardSet(port, two, '/only-here'), 3);
    await eventually(
      'the narrower route',
      () => ask('/'),
      (body) => body === '404',
    );
    assert.equal(await ask('/only-here'), 'two');

    const { rejected, waiting, settled } = await server.whenSettled(3, { timeoutMs: 5_000 });
    assert.deepEqual([rejected.length, waiting.length, settled.length], [0, 0, 1], envoy.output());
    assertNoNack(server.proxies(), envoy.output());
  });
}
