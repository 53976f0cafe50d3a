import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { FilterChainMatchSchema } from '@weft/xds/gen/envoy/config/listener/v3/listener_components_pb';
import { FilterChainMatch_ConnectionSourceType as SourceType } from '@weft/xds/gen/envoy/config/listener/v3/listener_components_pb';
import { type Listener as ListenerMessage, ListenerSchema } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { UdpListenerConfigSchema } from '@weft/xds/gen/envoy/config/listener/v3/udp_listener_config_pb';
import { compileListener, portMatches } from './compile-listener.ts';
import type { ConnectionHead, Listener } from './listener.ts';
import { explainConnection, planConnection } from './plan-connection.ts';

type Match = MessageInitShape<typeof FilterChainMatchSchema>;

function message(chains: Readonly<Record<string, Match>>, withDefault = false): ListenerMessage {
  const address = {
    address: { case: 'socketAddress', value: { address: '0.0.0.0', portSpecifier: { case: 'portValue', value: 80 } } },
  } as const;
  return create(ListenerSchema, {
    name: 'l',
    address,
    filterChains: Object.entries(chains).map(([name, filterChainMatch]) => ({ name, filterChainMatch })),
    ...(withDefault ? { defaultFilterChain: { name: 'default' } } : {}),
  });
}

function listener(chains: Readonly<Record<string, Match>>, withDefault = false): Listener {
  const decoded = compileListener(message(chains, withDefault));
  assert.ok(decoded.ok, JSON.stringify(decoded.issues));
  return decoded.value;
}

function connection(more: Partial<ConnectionHead> = {}): ConnectionHead {
  return {
    destinationAddress: '10.1.2.3',
    destinationPort: 8080,
    serverName: '',
    transportProtocol: 'raw_buffer',
    applicationProtocols: [],
    directSourceAddress: '10.9.9.9',
    sourceAddress: '10.9.9.9',
    sourcePort: 40_000,
    ...more,
  };
}

function chosen(table: Listener, more: Partial<ConnectionHead> = {}): string | undefined {
  const chain = planConnection(table, connection(more));
  const explained = explainConnection(table, connection(more));
  assert.equal(explained.chain, chain, 'the explanation is of the same decision');
  return chain?.name;
}

const range = (addressPrefix: string, prefixLen: number): { addressPrefix: string; prefixLen: number } => ({
  addressPrefix,
  prefixLen,
});

test('destination port, then the longest range of the destination', () => {
  const table = listener({
    any: {},
    port: { destinationPort: 8080 },
    wide: { destinationPort: 8080, prefixRanges: [range('10.0.0.0', 8)] },
    narrow: { destinationPort: 8080, prefixRanges: [range('10.1.0.0', 16), range('fd00::', 8)] },
  });
  assert.equal(chosen(table), 'narrow');
  assert.equal(chosen(table, { destinationAddress: '10.2.0.1' }), 'wide');
  assert.equal(
    chosen(table, { destinationAddress: '::ffff:10.2.0.1' }),
    'wide',
    'a mapped address is the IPv4 address',
  );
  assert.equal(chosen(table, { destinationAddress: 'fd00::1' }), 'narrow');
  assert.equal(chosen(table, { destinationAddress: '11.0.0.1' }), 'port');
  assert.equal(chosen(table, { destinationPort: 81 }), 'any');
});

test('server names: exact, then longer suffixes, then none (FilterChainMatch.server_names)', () => {
  const table = listener({
    none: { transportProtocol: 'tls' },
    suffix: { serverNames: ['*.example.com'], transportProtocol: 'tls' },
    longer: { serverNames: ['*.a.example.com'], transportProtocol: 'tls' },
    exact: { serverNames: ['www.Example.com'], transportProtocol: 'tls' },
  });
  const tls = (serverName: string): string | undefined => chosen(table, { serverName, transportProtocol: 'tls' });
  assert.deepEqual(['www.example.com', 'x.example.com', 'x.a.example.com', 'example.com'].map(tls), [
    'exact',
    'suffix',
    'longer',
    'none',
  ]);
});

test('there is no way back to what an earlier step put aside', () => {
  const table = listener({ port: { destinationPort: 8080, transportProtocol: 'tls' }, any: {} });
  assert.equal(chosen(table), undefined);
  const withDefault = listener({ port: { destinationPort: 8080, transportProtocol: 'tls' }, any: {} }, true);
  assert.equal(chosen(withDefault), 'default');
});

test('permissive inbound as Istio writes it: its own ALPN over TLS, any TLS, plaintext', () => {
  const table = listener({
    mtls: {
      destinationPort: 8080,
      transportProtocol: 'tls',
      applicationProtocols: ['istio', 'istio-peer-exchange', 'istio-http/1.1'],
    },
    tls: { destinationPort: 8080, transportProtocol: 'tls' },
    plain: { destinationPort: 8080, transportProtocol: 'raw_buffer' },
  });
  assert.equal(chosen(table, { transportProtocol: 'tls', applicationProtocols: ['istio-http/1.1', 'istio'] }), 'mtls');
  assert.equal(chosen(table, { transportProtocol: 'tls', applicationProtocols: ['h2'] }), 'tls');
  assert.equal(chosen(table), 'plain');
});

test('source type, source ranges and ports', () => {
  const table = listener({
    local: { sourceType: SourceType.SAME_IP_OR_LOOPBACK },
    far: { sourceType: SourceType.EXTERNAL, sourcePrefixRanges: [range('10.9.0.0', 16)], sourcePorts: [40_000] },
    other: { sourceType: SourceType.EXTERNAL },
  });
  assert.equal(chosen(table, { sourceAddress: '127.0.0.1' }), 'local');
  assert.equal(chosen(table, { sourceAddress: '10.1.2.3' }), 'local', 'the same address as the destination');
  assert.equal(chosen(table), 'far');
  assert.equal(chosen(table, { sourcePort: 1 }), undefined, 'the range was more specific, and its port differs');
  assert.equal(chosen(table, { sourceAddress: '11.0.0.1' }), 'other');
});

test('a verdict names the step that put a chain aside', () => {
  const table = listener({ port: { destinationPort: 9090 }, named: { serverNames: ['a'] }, any: {} });
  const { chains } = explainConnection(table, connection());
  assert.deepEqual(
    chains.map((verdict) => [verdict.chain.name, verdict.won, verdict.why]),
    [
      ['port', false, 'it wants destination port 9090; the connection has 8080'],
      ['named', false, 'it wants server name a; the connection has none'],
      ['any', true, 'it is the most specific match'],
    ],
  );
});

test('matches that overlap and fields that are not supported are refused', () => {
  const issues = (listenerMessage: ListenerMessage): readonly string[] =>
    compileListener(listenerMessage).issues.map((issue) => `${issue.at}: ${issue.code}`);
  assert.deepEqual(issues(message({ a: { serverNames: ['x', 'y'] }, b: { serverNames: ['y'] } })), [
    'filter_chains[1].filter_chain_match: duplicate',
  ]);
  assert.deepEqual(issues(message({ a: { addressSuffix: '1' } })), [
    'filter_chains[0].filter_chain_match.address_suffix: unsupported-field',
  ]);
  assert.deepEqual(issues(message({ a: { prefixRanges: [range('nowhere', 8)] } })), [
    'filter_chains[0].filter_chain_match.prefix_ranges[0]: invalid-value',
  ]);
  assert.deepEqual(issues(message({})), ['filter_chains: missing-field']);
  const udp = message({ a: {} });
  udp.udpListenerConfig = create(UdpListenerConfigSchema);
  assert.deepEqual(issues(udp), ['udp_listener_config: unsupported-field']);
});

test('filter_disabled: ports as the predicate tree says', () => {
  const rule = {
    kind: 'and',
    rules: [
      { kind: 'range', start: 80, end: 90 },
      { kind: 'not', rule: { kind: 'range', start: 85, end: 86 } },
    ],
  } as const;
  assert.deepEqual(
    [79, 80, 85, 89, 90].map((port) => portMatches(rule, port)),
    [false, true, false, true, false],
  );
});
