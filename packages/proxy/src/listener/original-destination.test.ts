import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { fromJson, type JsonObject } from '@bufbuild/protobuf';
import { compileListener, Issues, type Listener } from '@weft/engine';
import { ListenerSchema } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import type { HostPort } from '../bootstrap/bootstrap.ts';
import type { LoadedSocketOptions } from '../net/socket-options.ts';
import { answering, exchangeOnce, HCM_TYPE, ROUTER, startProxy, startUpstream } from '../testing/harness.ts';
import { decodeOriginalDestination } from './original-destination.ts';

function listener(more: JsonObject): Listener {
  const message = fromJson(ListenerSchema, {
    name: 'captured',
    address: { socketAddress: { address: '0.0.0.0', portValue: 15001 } },
    filterChains: [{}],
    ...more,
  });
  const compiled = compileListener(message);
  assert.ok(compiled.ok, JSON.stringify(compiled));
  return compiled.value;
}

function telling(address: HostPort | undefined): () => LoadedSocketOptions {
  return () => ({ ok: true, value: { originalDestination: () => address, setTransparent: () => true } });
}

/** A socket accepted at this address. */
function accepted(localAddress: string, localPort: number): Socket {
  return Object.defineProperties(new Socket(), {
    localAddress: { value: localAddress },
    localPort: { value: localPort },
  });
}

test('only a listener that asks looks anything up', () => {
  const load = (): never => assert.fail('loaded');
  assert.equal(decodeOriginalDestination(listener({}), new Issues('x'), load), undefined);
});

test('a connection to the listener itself was not redirected', () => {
  const issues = new Issues('x');
  const redirected = listener({ useOriginalDst: true });
  const elsewhere = { host: '10.96.0.10', port: 80 };
  const find = decodeOriginalDestination(redirected, issues, telling(elsewhere));
  assert.deepEqual(find?.(accepted('127.0.0.1', 15001)), elsewhere);
  const here = decodeOriginalDestination(redirected, issues, telling({ host: '127.0.0.1', port: 15001 }));
  assert.equal(here?.(accepted('127.0.0.1', 15001)), undefined);
  assert.equal(here?.(accepted('::ffff:127.0.0.1', 15001)), undefined);
  const untold = decodeOriginalDestination(redirected, issues, telling(undefined));
  assert.equal(untold?.(accepted('127.0.0.1', 15001)), undefined);
});

test('a transparent socket has the original address as its own', () => {
  const transparent = listener({ useOriginalDst: true, transparent: true });
  const find = decodeOriginalDestination(transparent, new Issues('x'), telling(undefined));
  assert.deepEqual(find?.(accepted('10.0.0.9', 80)), { host: '10.0.0.9', port: 80 });
  assert.equal(find?.(accepted('10.0.0.9', 15001)), undefined);
});

test('where destinations cannot be told the listener is refused', () => {
  const issues = new Issues('x');
  decodeOriginalDestination(listener({ useOriginalDst: true }), issues, () => ({ ok: false, cause: 'no node:ffi' }));
  assert.match(issues.list[0]?.message ?? '', /no node:ffi/);
  assert.equal(issues.list[0]?.at, 'use_original_dst');
});

const PROXY_PROTOCOL = {
  name: 'proxy_protocol',
  typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol' },
};
const TCP = {
  name: 'envoy.filters.network.tcp_proxy',
  typed_config: {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
    stat_prefix: 'through',
    cluster: 'through',
  },
};
const HTTP = {
  name: 'envoy.filters.network.http_connection_manager',
  typed_config: {
    '@type': HCM_TYPE,
    stat_prefix: 'through',
    route_config: {
      name: 'all',
      virtual_hosts: [
        { name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'through' } }] },
      ],
    },
    http_filters: [ROUTER],
  },
};
const address = { socket_address: { address: '127.0.0.1', port_value: 0 } };
const GET = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';

for (const [name, filter] of [
  ['TCP', TCP],
  ['HTTP', HTTP],
] as const) {
  test(`${name} goes to the original destination, from the address that the cluster binds to`, async () => {
    const clients: (string | undefined)[] = [];
    await using upstream = await startUpstream((socket, soFar) => {
      clients.push(socket.remoteAddress);
      answering('ok')(socket, soFar);
      socket.end();
    });
    const through = {
      name: 'through',
      type: 'ORIGINAL_DST',
      lb_policy: 'CLUSTER_PROVIDED',
      upstream_bind_config: { source_address: { address: '127.0.0.6', port_value: 0 } },
    };
    const captured = {
      name: 'captured',
      address,
      listener_filters: [PROXY_PROTOCOL],
      filter_chains: [{ filters: [filter] }],
    };
    await using proxy = await startProxy([captured], [through]);
    const header = `PROXY TCP4 192.0.2.1 127.0.0.1 1000 ${upstream.port}\r\n`;
    assert.match(await exchangeOnce(proxy.port, `${header}${GET}`), /ok$/);
    assert.deepEqual(clients, [process.platform === 'linux' ? '127.0.0.6' : '127.0.0.1']);
  });
}

test('a listener without a socket opens none, and direct connections stay with the listener', {
  skip: process.platform === 'linux' ? false : 'only Linux tells original destinations',
}, async () => {
  await using upstream = await startUpstream((socket, soFar) => {
    answering('direct')(socket, soFar);
    socket.end();
  });
  const cluster = (name: string, port: number): object => ({
    name,
    type: 'STATIC',
    load_assignment: {
      cluster_name: name,
      endpoints: [
        {
          lb_endpoints: [{ endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } } }],
        },
      ],
    },
  });
  const virtual = {
    name: '10.96.0.10_80',
    address: { socket_address: { address: '10.96.0.10', port_value: 80 } },
    bind_to_port: false,
    filter_chains: [{ filters: [TCP] }],
  };
  const outbound = { name: 'out', address, use_original_dst: true, filter_chains: [{ filters: [TCP] }] };
  await using proxy = await startProxy([outbound, virtual], [cluster('through', upstream.port)]);
  assert.deepEqual(
    proxy.proxy.listeners().map(({ name }) => name),
    ['out'],
  );
  assert.match(await exchangeOnce(proxy.port, GET), /direct$/);
});
