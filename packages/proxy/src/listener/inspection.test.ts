import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromJson } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { compileListener, type Listener } from '@weft/engine';
import { ListenerFilterSchema } from '@weft/xds/gen/envoy/config/listener/v3/listener_components_pb';
import { ListenerSchema } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { HttpInspectorSchema } from '@weft/xds/gen/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb';
import { TlsInspectorSchema } from '@weft/xds/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb';
import { wantedInspections } from './inspection.ts';

function inbound(inspectsTls: boolean): Listener {
  const message = fromJson(ListenerSchema, {
    name: 'inbound',
    address: { socketAddress: { address: '0.0.0.0', portValue: 15006 } },
    filterChains: [
      { filterChainMatch: { destinationPort: 3306, transportProtocol: 'raw_buffer' } },
      { filterChainMatch: { destinationPort: 5432 } },
      { filterChainMatch: { destinationPort: 443, serverNames: ['a.example'] } },
      { filterChainMatch: { applicationProtocols: ['http/1.1'] } },
      { filterChainMatch: {} },
    ],
  });
  const configs = [
    anyPack(HttpInspectorSchema, create(HttpInspectorSchema)),
    ...(inspectsTls ? [anyPack(TlsInspectorSchema, create(TlsInspectorSchema))] : []),
  ];
  message.listenerFilters = configs.map((value) =>
    create(ListenerFilterSchema, { name: value.typeUrl, configType: { case: 'typedConfig', value } }),
  );
  const compiled = compileListener(message);
  assert.ok(compiled.ok, JSON.stringify(compiled));
  return compiled.value;
}

test('only what the chains of the wanted port depend on is waited for', () => {
  const listener = inbound(false);
  assert.deepEqual(wantedInspections(listener, 5432), { tls: false, http: false });
  assert.deepEqual(wantedInspections(listener, 443), { tls: true, http: false });
  assert.deepEqual(wantedInspections(listener, 80), { tls: true, http: true });
});

test('whether it is plain matters where TLS is looked for', () => {
  assert.equal(wantedInspections(inbound(false), 3306).tls, false);
  assert.equal(wantedInspections(inbound(true), 3306).tls, true);
});
