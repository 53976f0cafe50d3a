import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadText } from '@weft/config';
import { checkLoaded } from '../check-loaded.ts';
import { unenforced } from '../coverage/unenforced.ts';

const filter = (patch: string): ReturnType<typeof loadText> =>
  loadText(
    `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: it, namespace: shop }
spec:
  configPatches:
${patch}`,
    'm.yaml',
  );

const cluster = (value: string): ReturnType<typeof loadText> =>
  filter(`  - applyTo: CLUSTER
    patch:
      operation: MERGE
      value:
        ${value}
`);

function told(loaded: ReturnType<typeof loadText>): string[] {
  const checked = checkLoaded(loaded);
  return checked.issues
    .filter(({ code }) => code !== 'internal-api')
    .map(({ severity, at, position, message }) => `${position?.line} ${severity} ${at}: ${message}`);
}

test('a value that cannot be read refuses the object, with its place', () => {
  const loaded = cluster('connect_timeout: 250ms');
  assert.deepEqual(told(loaded), [
    '10 error spec.configPatches[0].patch.value.connect_timeout: the patch cannot be read: message google.protobuf.Duration: "250ms"; a duration is in seconds, such as 0.25s',
  ]);
  assert.equal(checkLoaded(loaded).resources.length, 0);
  assert.match(
    told(cluster('per_connection_buffer_limit_bytes: many'))[0] ?? '',
    /^10 error .*value\.per_connection_buffer_limit_bytes: /,
  );
});

test('an unknown field may be for another version of Envoy: it is told and left out', () => {
  const loaded = cluster('conect_timeout: 1s');
  assert.match(told(loaded)[0] ?? '', /^10 warning .*value\.conect_timeout: left out of the patch: /);
  assert.equal(checkLoaded(loaded).resources.length, 1);
});

const httpFilter = (type: string): ReturnType<typeof loadText> =>
  filter(`  - applyTo: HTTP_FILTER
    patch:
      operation: INSERT_FIRST
      value:
        name: added
        typed_config: { '@type': type.googleapis.com/${type} }
`);

test('a message that nobody knows is an error, one of the v2 API with a hint', () => {
  assert.match(
    told(httpFilter('envoy.does.not.Exist'))[0] ?? '',
    /^11 error .*the type envoy\.does\.not\.Exist is not known/,
  );
  assert.match(told(httpFilter('envoy.config.filter.http.lua.v2.Lua'))[0] ?? '', /use those of v3/);
});

const gaps = (loaded: ReturnType<typeof loadText>, dataPlane: 'weft' | 'envoy'): string[] =>
  unenforced(loaded.resources, { dataPlane }).map(({ at, security }) => `${at}${security ? ' security' : ''}`);

test('a filter that only a stock Envoy runs is named, and said to guard when it does', () => {
  const lua = httpFilter('envoy.extensions.filters.http.lua.v3.Lua');
  assert.deepEqual(told(lua), []);
  assert.deepEqual(gaps(lua, 'weft'), ['spec.configPatches[0].patch.value']);
  assert.deepEqual(gaps(lua, 'envoy'), []);
  const oauth = httpFilter('envoy.extensions.filters.http.oauth2.v3.OAuth2');
  assert.deepEqual(gaps(oauth, 'weft'), ['spec.configPatches[0].patch.value security']);
  assert.deepEqual(gaps(httpFilter('envoy.extensions.filters.http.buffer.v3.Buffer'), 'weft'), []);
});

test('a patch of the bootstrap is refused by name', () => {
  const loaded = filter(`  - applyTo: BOOTSTRAP
    patch: { operation: MERGE, value: { stats_flush_interval: 5s } }
`);
  assert.deepEqual(gaps(loaded, 'envoy'), ['spec.configPatches[0].applyTo']);
});
