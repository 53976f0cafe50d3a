import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { FakeClock, silentLogger } from '@weft/base';
import { decodeBootstrap } from '../bootstrap/decode.ts';
import { StatsRegistry } from '../telemetry/registry.ts';
import { answering, httpListener, RawClient, startProxy, startUpstream, staticCluster } from '../testing/harness.ts';
import { Overload } from './overload.ts';
import { NO_OVERLOAD } from './overload-config.ts';

const MONITORS = 'type.googleapis.com/envoy.extensions.resource_monitors';
const HEAP = 'envoy.resource_monitors.fixed_heap';
const TO_BACKEND = [{ match: { prefix: '/' }, route: { cluster: 'backend' } }];
const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

function heap(bytes: number): object {
  return {
    name: HEAP,
    typed_config: { '@type': `${MONITORS}.fixed_heap.v3.FixedHeapConfig`, max_heap_size_bytes: bytes },
  };
}

function action(name: string, value: number): object {
  return { name: `envoy.overload_actions.${name}`, triggers: [{ name: HEAP, threshold: { value } }] };
}

function decode(more: object): ReturnType<typeof decodeBootstrap> {
  return decodeBootstrap({ node: { id: 'router~127.0.0.1~a.b~c' }, ...more });
}

test('memory above the marks refuses requests and sheds connections, and below them serves again', () => {
  const clock = new FakeClock();
  let used = 50;
  let shed = 0;
  const config = { ...NO_OVERLOAD, maxHeapBytes: 100, shedConnectionsAt: 0.8, refuseRequestsAt: 0.9, refreshMs: 250 };
  const overload = new Overload(config, () => used, clock, silentLogger, new StatsRegistry());
  overload.onShed(() => shed++);
  const after = (bytes: number): readonly [boolean, boolean, number] => {
    used = bytes;
    clock.advance(250);
    return [overload.refusing, overload.shedding, shed];
  };
  assert.deepEqual(after(79), [false, false, 0]);
  assert.deepEqual(after(80), [false, true, 1]);
  assert.deepEqual(after(90), [true, true, 2]);
  assert.deepEqual(after(50), [false, false, 2]);
  overload.stop();
});

test("the bootstrap's own form is read, and what is not honoured is named", () => {
  const good = decode({
    overload_manager: {
      refresh_interval: '0.25s',
      resource_monitors: [heap(1000)],
      actions: [action('stop_accepting_requests', 0.95), action('disable_http_keepalive', 0.9)],
    },
    layered_runtime: {
      layers: [
        {
          name: 'static',
          static_layer: {
            'overload.global_downstream_max_connections': 7,
            'envoy.resource_limits.listener.web.connection_limit': 3,
          },
        },
      ],
    },
  });
  assert.deepEqual(good.ok && good.value.overload, {
    refreshMs: 250,
    maxHeapBytes: 1000,
    refuseRequestsAt: 0.95,
    shedConnectionsAt: 0.9,
    maxConnections: 7,
    maxListenerConnections: new Map([['web', 3]]),
  });
  const bad = decode({
    overload_manager: { buffer_factory_config: {}, actions: [action('reduce_timeouts', 0.5)] },
    layered_runtime: { layers: [{ name: 'static', static_layer: { 'a.key': 1 } }] },
  });
  assert.deepEqual(
    bad.issues.map((issue) => issue.at),
    [
      'overload_manager.actions[0].name',
      'overload_manager.buffer_factory_config',
      'layered_runtime.layers[0].static_layer.a.key',
    ],
  );
});

test('a proxy whose memory is short answers 503 and closes idle connections', async () => {
  const clock = new FakeClock(1000);
  await using upstream = await startUpstream(answering('ok'));
  const overload_manager = {
    resource_monitors: [heap(1)],
    actions: [action('stop_accepting_requests', 1), action('disable_http_keepalive', 1)],
  };
  await using proxy = await startProxy(
    [httpListener(TO_BACKEND)],
    [staticCluster('backend', [upstream.port])],
    clock,
    [],
    { overload_manager },
  );
  using idle = new RawClient(proxy.port);
  idle.send(GET);
  assert.match(await idle.until('ok'), /^HTTP\/1\.1 200/);
  clock.advance(1000);
  await idle.untilClosed();
  using refused = new RawClient(proxy.port);
  refused.send(GET);
  assert.match(await refused.until('overloaded'), /^HTTP\/1\.1 503 [\s\S]*x-weft-error: OVERLOADED/);
});

test('connections beyond the limits are closed at once; room that is given back is used', async () => {
  const limits = (key: string): object => ({
    layered_runtime: { layers: [{ name: 'l', static_layer: { [key]: 1 } }] },
  });
  for (const key of [
    'overload.global_downstream_max_connections',
    'envoy.resource_limits.listener.test.connection_limit',
  ]) {
    await using proxy = await startProxy([httpListener([])], [], undefined, [], limits(key));
    using first = new RawClient(proxy.port);
    first.send(GET);
    await first.until('404');
    using second = new RawClient(proxy.port);
    assert.equal(await second.untilClosed(), '');
    first.socket.end();
    await once(first.socket, 'close');
    using third = new RawClient(proxy.port);
    third.send(GET);
    assert.match(await third.until('404'), /^HTTP\/1\.1 404/);
  }
});
