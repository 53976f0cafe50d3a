import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import {
  LbEndpointSchema,
  LocalityLbEndpointsSchema,
} from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_components_pb';
import { ClusterLoadAssignmentSchema } from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_pb';
import { type EndpointResources, endpointSlices } from './endpoint-slices.ts';

function assignments(clusters: number, endpointsEach: number): EndpointResources {
  return Array.from({ length: clusters }, (_, i) => {
    const lbEndpoints = Array.from({ length: endpointsEach }, () => create(LbEndpointSchema));
    const endpoints = [create(LocalityLbEndpointsSchema, { lbEndpoints })];
    const name = `cluster-${i}`;
    return { name, version: '1', message: create(ClusterLoadAssignmentSchema, { clusterName: name, endpoints }) };
  });
}

test('few endpoints are taken at once', () => {
  assert.equal(endpointSlices([]), undefined);
  assert.equal(endpointSlices(assignments(10, 10)), undefined);
});

test('many endpoints are taken in slices that have every resource once, in order', () => {
  const resources = assignments(100, 20);
  const slices = endpointSlices(resources) ?? [];
  assert.ok(slices.length > 5, `${slices.length} slices`);
  assert.deepEqual(
    slices.flat().map(({ name }) => name),
    resources.map(({ name }) => name),
  );
});

test('one large cluster waits for requests too', () => {
  assert.equal(endpointSlices(assignments(1, 5000))?.length, 1);
});
