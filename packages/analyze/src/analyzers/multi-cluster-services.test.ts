import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadText, resourcesOf } from '@weft/config';
import { analyze } from '../analyze.ts';
import { object } from '../test-support/found.ts';
import { multiClusterServices } from './multi-cluster-services.ts';

/** The messages about services that two clusters have. */
function between(east: string, west: string): string[] {
  const services = (spec: string, name: string) =>
    resourcesOf(loadText(object('Service', 'shop/web', `spec: ${spec}`), `${name}.yaml`).resources, 'Service');
  const clusters = new Map([
    ['east', services(east, 'east')],
    ['west', services(west, 'west')],
  ]);
  const issues = analyze({ resources: [], clusters, nowMs: 0 }, [multiClusterServices]);
  return issues.map(({ code, resource, message }) => `${code} ${resource} ${message.replace(/.*: /, '')}`);
}

const PORTS = 'ports: [{ name: http, port: 80 }, { name: grpc, port: 81 }]';

describe('services of several clusters', () => {
  for (const [title, west, expected] of [
    ['alike', `{ ${PORTS} }`, []],
    ['with ports in another order', '{ ports: [{ name: grpc, port: 81 }, { name: http, port: 80 }] }', []],
    ['with other ports', '{ ports: [{ name: http, port: 8080 }] }', ['IST0170 Service shop/web its ports differ']],
    ['headless in one', `{ clusterIP: None, ${PORTS} }`, ['IST0170 Service shop/web it is headless in some only']],
    ['of another type', `{ type: NodePort, ${PORTS} }`, ['IST0170 Service shop/web its types differ']],
  ] as const) {
    test(title, () => assert.deepEqual(between(`{ ${PORTS} }`, west), expected));
  }
});
