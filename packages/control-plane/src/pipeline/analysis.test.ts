import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadText } from '@weft/config';
import { analysisOf } from './analysis.ts';

const service = (port: number): string =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { ports: [{ name: http, port: ${port} }] }\n`;
const ROUTES = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web }
spec: { hosts: [web], http: [{ route: [{ destination: { host: web, port: { number: 80 } } }] }] }
`;

function told(current: string, changed: string): string[] {
  const [before, after] = [current, changed].map((text) => loadText(text, 'mesh.yaml').resources);
  return analysisOf(before ?? [], after ?? [], 0).map(
    ({ severity, code, resource }) => `${severity} ${code} ${resource}`,
  );
}

describe('analysis of a change', () => {
  test('tells what the changed object lacks', () => {
    assert.deepEqual(told('', ROUTES), ['warning IST0101 VirtualService default/web']);
  });
  test('tells what it breaks elsewhere', () => {
    assert.deepEqual(told(`${service(80)}---\n${ROUTES}`, service(81)), ['warning IST0101 VirtualService default/web']);
  });
  test('is silent about what was broken before and is not touched', () => {
    assert.deepEqual(told(ROUTES, service(80).replace('web', 'other')), []);
  });
});
