import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { gatewayApiVersions } from './gateway-api-versions.ts';

const definition = (name: string, version: string): string =>
  object('CustomResourceDefinition', `${name}.gateway.networking.k8s.io`, 'spec: {}', {
    annotations: { 'gateway.networking.k8s.io/bundle-version': version },
  });

describe('versions of the Gateway API', () => {
  for (const [name, version, old] of [
    ['tlsroutes', 'v1.4.9', true],
    ['tlsroutes', 'v1.5.0-rc.1', false],
    ['tcproutes', 'v1.10.0', false],
    ['grpcroutes', 'v0.9.0', true],
    ['httproutes', 'v0.1.0', false],
    ['tlsroutes', 'main', false],
  ] as const) {
    test(`${name} ${version}`, () =>
      assert.equal(found(gatewayApiVersions, definition(name, version)).length, old ? 1 : 0));
  }
});
