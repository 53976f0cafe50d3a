import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Issue } from '@weft/base';
import { loadText } from '@weft/config';
import { buildSnapshot, decodeNode, proxyOf } from '@weft/mesh';
import { capturedOutbound } from './captured-outbound.ts';

function entry(name: string, rest: string): string {
  return `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${name}, namespace: shop }
spec: { hosts: [${name}.example], resolution: STATIC, ${rest} }
---`;
}

/** Listeners by name: the server names, blocks or protocols of their chains, `*` for the default. */
function listeners(text: string): { readonly chains: Record<string, readonly string[]>; readonly issues: Issue[] } {
  const loaded = loadText(text, 'mesh.yaml');
  assert.deepEqual(
    loaded.issues.filter(({ severity }) => severity === 'error'),
    [],
  );
  const node = decodeNode({ id: 'sidecar~10.0.0.1~web.shop~shop.svc.cluster.local', metadata: { NAMESPACE: 'shop' } });
  if (!node.ok) assert.fail('the node is valid');
  const snapshot = buildSnapshot(loaded.resources);
  const issues: Issue[] = [];
  const made = capturedOutbound({ snapshot, proxy: proxyOf(snapshot, node.value) }, issues);
  const chains = made.map(({ listener }) => {
    const matches = listener.filterChains.map(({ filterChainMatch: match }) =>
      [
        ...(match?.serverNames ?? []),
        ...(match?.prefixRanges ?? []).map(({ addressPrefix, prefixLen }) => `${addressPrefix}/${prefixLen}`),
        ...(match?.applicationProtocols ?? []),
      ].join(' '),
    );
    return [listener.name, [...matches, ...(listener.defaultFilterChain ? ['*'] : [])]];
  });
  return { chains: Object.fromEntries(chains), issues };
}

test('TCP without an address and HTTP share a port by looking at the first bytes', () => {
  const text =
    entry('db', 'ports: [{ number: 80, name: tcp, protocol: TCP }]') +
    entry('web', 'ports: [{ number: 80, name: http, protocol: HTTP }]');
  assert.deepEqual(listeners(text).chains, { '0.0.0.0_80': ['http/1.1 h2c', '*'] });
});

test('a protocol whose server speaks first shares its port with nobody', () => {
  const text =
    entry('db', 'ports: [{ number: 80, name: mysql, protocol: MySQL }]') +
    entry('web', 'ports: [{ number: 80, name: http, protocol: HTTP }]');
  assert.deepEqual(listeners(text).chains, { '0.0.0.0_80': [''] });
});

test('a service has a listener for each address, and one with all blocks', () => {
  const text = entry(
    'db',
    'addresses: [10.9.0.1, 10.9.0.2/32, 10.8.3.4/16, 10.8.0.0/16], ports: [{ number: 5432, name: tcp, protocol: TCP }]',
  );
  assert.deepEqual(listeners(text).chains, {
    '0.0.0.0_5432': ['10.8.0.0/16', '*'],
    '10.9.0.1_5432': [''],
    '10.9.0.2_5432': [''],
  });
});

test('two services with the same block: the first one has it', () => {
  const port = 'ports: [{ number: 5432, name: tcp, protocol: TCP }]';
  const text = entry('a', `addresses: [10.8.0.1/16], ${port}`) + entry('b', `addresses: [10.8.0.2/16], ${port}`);
  assert.deepEqual(listeners(text).chains, { '0.0.0.0_5432': ['10.8.0.0/16', '*'] });
});

test('TLS without an address is told apart by server name', () => {
  const port = 'ports: [{ number: 443, name: tls, protocol: TLS }]';
  assert.deepEqual(listeners(entry('a', port) + entry('b', port)).chains, {
    '0.0.0.0_443': ['a.example', 'b.example', '*'],
  });
});

test('HTTP on a port of the proxy itself is reported', () => {
  const { chains, issues } = listeners(entry('a', 'ports: [{ number: 15006, name: http, protocol: HTTP }]'));
  assert.deepEqual(chains, {});
  assert.deepEqual(
    issues.map(({ code, position }) => [code, position?.line]),
    [['reserved-port', 5]],
  );
});

test('a port that a Sidecar names is for the hosts it lists', () => {
  const text = `${
    entry('a', 'ports: [{ number: 80, name: http, protocol: HTTP }]') +
    entry('b', 'ports: [{ number: 80, name: http, protocol: HTTP }]')
  }
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: web, namespace: shop }
spec:
  egress:
    - { port: { number: 80, name: http, protocol: HTTP }, hosts: [./a.example] }
    - { hosts: ['./*'] }
`;
  assert.deepEqual(listeners(text).chains, { '0.0.0.0_80': ['http/1.1 h2c', '*'] });
});
