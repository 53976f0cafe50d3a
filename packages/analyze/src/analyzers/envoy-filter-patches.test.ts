import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { envoyFilterPatches } from './envoy-filter-patches.ts';

const filter = (name: string, patches: string, priority = 0): string =>
  object('EnvoyFilter', name, `spec: { priority: ${priority}, configPatches: [${patches}] }`);
const patch = (applyTo: string, operation: string, more = ''): string =>
  `{ applyTo: ${applyTo}, ${more} patch: { operation: ${operation}, value: { name: f } } }`;
const codes = (text: string): string[] => found(envoyFilterPatches, text).map((line) => line.slice(0, 7));

describe('patches', () => {
  for (const [title, text, expected] of [
    ['relative', filter('a', patch('HTTP_FILTER', 'INSERT_BEFORE')), ['IST0151']],
    ['relative, with a priority', filter('a', patch('HTTP_FILTER', 'INSERT_BEFORE'), 10), []],
    ['absolute', filter('a', patch('HTTP_FILTER', 'INSERT_FIRST')), []],
    ['REPLACE of a cluster', filter('a', patch('CLUSTER', 'REPLACE')), ['IST0152']],
    ['ADD to a route', filter('a', patch('HTTP_ROUTE', 'ADD')), ['IST0153']],
    ['REMOVE of a route', filter('a', patch('ROUTE_CONFIGURATION', 'REMOVE')), ['IST0154']],
    [
      'relative to a filter that another patches for one version',
      filter('a', patch('HTTP_FILTER', 'ADD', 'match: { proxy: { proxyVersion: ^1 } },')) +
        filter('b', patch('HTTP_FILTER', 'INSERT_AFTER')),
      ['IST0155'],
    ],
    [
      'several without value are one thing to do',
      filter('a', '{ patch: { operation: REMOVE } }, { patch: { operation: REMOVE } }'),
      ['IST0151'],
    ],
  ] as const) {
    test(title, () => assert.deepEqual(codes(text), expected));
  }
});
