/** EnvoyFilters through real processes: a gateway of `weft up` does what they say, and says no to what it cannot run. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from './support/eventually.ts';
import { Client } from './support/http.ts';
import { DOOR, Up } from './support/up.ts';
import { weft } from './support/weft.ts';

const MESH = `${DOOR}---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: istio-system }
spec:
  hosts: [shop.example.com]
  gateways: [door]
  http:
  - directResponse: { status: 200, body: { string: shop } }
---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: door, namespace: istio-system }
spec:
  workloadSelector: { labels: { istio: ingressgateway } }
  configPatches:
  - applyTo: HTTP_FILTER
    match:
      context: GATEWAY
      listener:
        portNumber: 80
        filterChain: { filter: { name: envoy.filters.network.http_connection_manager } }
    patch:
      operation: INSERT_BEFORE
      value:
        name: envoy.filters.http.header_mutation
        typed_config:
          '@type': type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation
          mutations:
            response_mutations: [{ append: { header: { key: x-patched, value: door } } }]
  - applyTo: VIRTUAL_HOST
    match: { context: GATEWAY, routeConfiguration: { portNumber: 80 } }
    patch:
      operation: ADD
      value:
        name: health
        domains: [health.example.com]
        routes: [{ match: { path: /healthz }, direct_response: { status: 204 } }]
`;

const LUA = `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: script, namespace: istio-system }
spec:
  configPatches:
  - applyTo: HTTP_FILTER
    match: { context: GATEWAY }
    patch:
      operation: INSERT_FIRST
      value:
        name: envoy.filters.http.lua
        typed_config:
          '@type': type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua
          default_source_code: { inline_string: 'function envoy_on_request(handle) end' }
`;

test('a gateway does what its EnvoyFilters say, and refuses a filter that it does not have', async () => {
  await using up = await Up.start(() => MESH);
  using client = new Client(await up.port());
  const shop = (): ReturnType<Client['get']> => client.get('/', { host: 'shop.example.com' });
  const answer = await eventually('the gateway', shop, ({ status }) => status === 200);
  assert.equal(answer.headers['x-patched'], 'door');
  assert.equal((await client.get('/healthz', { host: 'health.example.com' })).status, 204);

  const lua = join(up.folder, 'lua.yaml');
  await writeFile(lua, LUA);
  const applied = await weft('apply', '-f', lua, '--server', await up.api(), '--wait');
  assert.match(applied.stderr, /the proxy of weft has no envoy\.extensions\.filters\.http\.lua\.v3\.Lua/);
  assert.equal(applied.code, 6);
  assert.match(applied.stderr, /refused listener: .*HTTP filter envoy\.filters\.http\.lua/);
  const after = await shop();
  assert.deepEqual([after.status, after.headers['x-patched']], [200, 'door'], 'what it had stays');
});
