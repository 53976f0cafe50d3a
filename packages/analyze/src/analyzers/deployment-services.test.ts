import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { deploymentServices } from './deployment-services.ts';

const DEPLOYMENT = object(
  'Deployment',
  'shop/web',
  "spec: { template: { metadata: { labels: { app: web, sidecar.istio.io/inject: 'true' } }, spec: { containers: [] } } }",
);
const service = (name: string, port: string): string =>
  object('Service', name, `spec: { selector: { app: web }, ports: [${port}] }`);

describe('services of one deployment', () => {
  test('one port with two protocols', () => {
    const services =
      service('shop/a', '{ port: 53, protocol: TCP }') + service('shop/b', '{ port: 53, protocol: UDP }');
    assert.deepEqual(found(deploymentServices, DEPLOYMENT + services), ['IST0116 Deployment shop/web metadata.name']);
  });
  test('one target behind two ports', () => {
    const services =
      service('shop/a', '{ port: 80, targetPort: 8080 }') + service('shop/b', '{ port: 81, targetPort: 8080 }');
    assert.deepEqual(found(deploymentServices, DEPLOYMENT + services), ['IST0137 Deployment shop/web metadata.name']);
  });
  test('of another namespace, or agreeing', () => {
    const services =
      service('shop/a', '{ port: 80 }') +
      service('shop/b', '{ port: 80 }') +
      service('away/c', '{ port: 81, targetPort: 80 }');
    assert.deepEqual(found(deploymentServices, DEPLOYMENT + services), []);
  });
});
