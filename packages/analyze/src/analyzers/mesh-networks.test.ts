import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { meshNetworks } from './mesh-networks.ts';

const NETWORKS =
  'networks: { east: { endpoints: [{ fromRegistry: Kubernetes }, { fromRegistry: remote }, { fromCidr: 10.0.0.0/8 }] } }';

describe('networks of the mesh', () => {
  test('name registries that exist', () => {
    const expected = ['IST0126 MeshNetworks istio-system/meshnetworks networks.east.endpoints[1]'];
    assert.deepEqual(found(meshNetworks, '', { meshNetworks: NETWORKS }), expected);
  });
  test('name a cluster by its secret', () => {
    const secret = object('Secret', 'istio-system/s', 'data: { remote: eA== }', {
      labels: { 'istio/multiCluster': 'true' },
    });
    assert.deepEqual(found(meshNetworks, secret, { meshNetworks: NETWORKS }), []);
  });
});
