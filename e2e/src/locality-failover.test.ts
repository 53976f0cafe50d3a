/** From a DestinationRule to the endpoint that a request gets: locality failover, decided by the data plane's own balancer. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { seededRandom } from '@weft/base';
import { loadText } from '@weft/config';
import { compileCluster, compileEndpoints, createBalancer, EndpointStore, pickContext } from '@weft/engine';
import { buildSnapshot, decodeNode, proxyOf } from '@weft/mesh';
import { translate } from '@weft/translate';
import { parse } from 'yaml';

const CASE = new URL('../../packages/translate/cases/locality-failover/', import.meta.url);
const CLUSTER = 'outbound|8080||orders.shop.svc.cluster.local';
const NEAR = '127.1.0.3:28080';
const SAME_REGION = '127.1.0.4:28080';
const CHOSEN_REGION = '127.1.0.5:28080';
const OTHER_REGION = '127.1.0.6:28080';

/** Endpoints that a hundred requests get while those of `ejected` are put aside, in the order of the setting's `edit`. */
function reached(
  ejected: readonly string[],
  edit: (yaml: string) => string = (yaml) => yaml,
): ReadonlyMap<string, number> {
  const read = (file: string): string => readFileSync(new URL(file, CASE), 'utf8');
  const snapshot = buildSnapshot(loadText(edit(read('mesh.yaml')), 'mesh.yaml').resources);
  const node = decodeNode(parse(read('node.yaml')));
  assert.ok(node.ok);
  const resources = translate(snapshot, proxyOf(snapshot, node.value));
  const cluster = compileCluster(resources.cluster.get(CLUSTER)!);
  const set = compileEndpoints(resources.endpoint.get(CLUSTER)!);
  assert.ok(cluster.ok && set.ok);
  const hosts = new EndpointStore().update(set.value, 0);
  for (const endpoint of hosts.endpoints) endpoint.ejected = ejected.includes(endpoint.key);
  const balancer = createBalancer({ lb: cluster.value.lb, hosts, random: seededRandom(1), nowMs: () => 0 });
  const counts = new Map<string, number>();
  for (let i = 0; i < 100; i++) {
    const key = balancer.pick(pickContext())?.key ?? 'nobody';
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

test('requests stay near, then go to the region, then to the one that takes over, then anywhere', () => {
  const ejected: string[] = [];
  for (const expected of [NEAR, SAME_REGION, CHOSEN_REGION, OTHER_REGION, 'nobody']) {
    assert.deepEqual([...reached(ejected).keys()], [expected], `without ${ejected.join(', ')}`);
    ejected.push(expected);
  }
});

test('without outlier detection there is no failover, as nobody would ever be left', () => {
  const counts = reached([], (yaml) => yaml.replace(/ *outlierDetection:.*\n/, ''));
  assert.equal(counts.size, 4);
});

test('with distribute each locality gets its share, and those that are not named nothing', () => {
  const distribute = '{ distribute: [{ from: eu/west/*, to: { "eu/west/*": 75, "us/*": 25 } }] }';
  const counts = reached([], (yaml) => yaml.replace('{ failover: [{ from: eu, to: us }] }', distribute));
  assert.deepEqual([...counts].toSorted(), [
    [NEAR, 75],
    [CHOSEN_REGION, 25],
  ]);
});

test('failoverPriority goes by the labels that proxy and endpoint share', () => {
  const priority = '{ failoverPriority: [topology.kubernetes.io/region] }';
  const edit = (yaml: string): string => yaml.replace('{ failover: [{ from: eu, to: us }] }', priority);
  assert.deepEqual([...reached([], edit).keys()].toSorted(), [NEAR, SAME_REGION]);
  assert.deepEqual([...reached([NEAR, SAME_REGION], edit).keys()].toSorted(), [CHOSEN_REGION, OTHER_REGION]);
});
