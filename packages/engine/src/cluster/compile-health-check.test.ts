import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromJson, type JsonObject } from '@bufbuild/protobuf';
import { HealthCheckSchema } from '@weft/xds/gen/envoy/config/core/v3/health_check_pb';
import { Issues } from '../decode/issues.ts';
import { compileHealthCheck } from './compile-health-check.ts';

function compile(json: JsonObject): readonly [ReturnType<typeof compileHealthCheck>, readonly string[]] {
  const common = { timeout: '1s', interval: '5s', unhealthyThreshold: 1, healthyThreshold: 1 };
  const issues = new Issues('Cluster c');
  const config = compileHealthCheck(fromJson(HealthCheckSchema, { ...common, ...json }), 'check', issues);
  return [config, issues.list.map(({ at, code }) => `${at}: ${code}`)];
}

test('connections of checks are kept unless told otherwise, and all of an answer is read when its buffer is 0', () => {
  const [kept] = compile({ tcpHealthCheck: {} });
  const [closed] = compile({
    reuseConnection: false,
    httpHealthCheck: { path: '/', responseBufferSize: '0', receive: [{ text: '00'.repeat(2000) }] },
  });
  assert.deepEqual([kept.reuseConnection, closed.reuseConnection], [true, false]);
  assert.equal(closed.check.kind === 'http' && closed.check.responseBufferBytes, Number.POSITIVE_INFINITY);
});

test('what no check could send or match is refused', () => {
  const http = { path: '/', send: { text: '00' }, receive: [{ text: '0000' }], responseBufferSize: '1' };
  assert.deepEqual(compile({ httpHealthCheck: http })[1], [
    'check.http_health_check.send: invalid-value',
    'check.http_health_check.receive: invalid-value',
  ]);
  assert.deepEqual(compile({ grpcHealthCheck: { initialMetadata: [{ header: { key: ':path', value: 'x' } }] } })[1], [
    'check.grpc_health_check.initial_metadata[0].header.key: invalid-value',
  ]);
});
