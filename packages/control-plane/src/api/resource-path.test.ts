import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServedKind } from '../config-reader.ts';
import { parseApiPath } from './resource-path.ts';

const KINDS: readonly ServedKind[] = [
  { kind: 'Service', group: '', versions: ['v1'], plural: 'services', shortNames: ['svc'], namespaced: true },
  { kind: 'Namespace', group: '', versions: ['v1'], plural: 'namespaces', shortNames: ['ns'], namespaced: false },
  { kind: 'Thing', group: 'x.io', versions: ['v1', 'v1beta1'], plural: 'things', shortNames: [], namespaced: true },
];

/** Path → what it is; `undefined` for nothing. */
const CASES: Readonly<Record<string, string | undefined>> = {
  '/api': 'coreVersions',
  '/api/v1': 'resourceList  v1',
  '/api/v2': undefined,
  '/apis': 'groups',
  '/apis/x.io': 'group x.io',
  '/apis/y.io': undefined,
  '/apis/x.io/v1beta1': 'resourceList x.io v1beta1',
  '/apis/x.io/v2': undefined,
  '/api/v1/services': 'Service v1 in - name -',
  '/api/v1/services/a': undefined,
  '/api/v1/namespaces': 'Namespace v1 in - name -',
  '/api/v1/namespaces/shop': 'Namespace v1 in - name shop',
  '/api/v1/namespaces/shop/services': 'Service v1 in shop name -',
  '/api/v1/namespaces/shop/services/a': 'Service v1 in shop name a',
  '/api/v1/namespaces/shop/services/a/status': 'Service v1 in shop name a status',
  '/api/v1/namespaces/shop/services/a/scale': undefined,
  '/api/v1/namespaces/shop/namespaces': undefined,
  '/apis/x.io/v1/namespaces/shop/things/a': 'Thing v1 in shop name a',
  '/apis/x.io/v1/others': undefined,
  '/other': undefined,
};

for (const [path, expected] of Object.entries(CASES)) {
  test(`${path} is ${expected ?? 'nothing'}`, () => {
    const at = parseApiPath(path.split('/').slice(1), KINDS);
    const shown =
      at === undefined
        ? undefined
        : at.type === 'resource'
          ? `${at.path.kind.kind} ${at.path.version} in ${at.path.namespace ?? '-'} name ${at.path.name ?? '-'}${at.path.status ? ' status' : ''}`
          : [at.type, 'group' in at ? at.group : undefined, 'version' in at ? at.version : undefined]
              .filter((part) => part !== undefined)
              .join(' ');
    assert.equal(shown, expected);
  });
}
