import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkImports, checkRepository, formatViolation, type Manifest } from './check-imports.ts';
import { ALLOWED } from './import-rules.ts';

const DOOR: Manifest = { dependencies: [], exports: ['.'] };
const MANIFESTS = new Map<string, Manifest>([
  ['packages/base', DOOR],
  ['packages/config', DOOR],
  ['packages/xds', { dependencies: [], exports: ['.', './gen/*'] }],
  ['packages/engine', { dependencies: ['@weft/base', '@weft/xds'], exports: ['.'] }],
  ['packages/proxy', { dependencies: ['@weft/base', '@weft/config', '@weft/xds'], exports: ['.'] }],
]);

function messages(path: string, text: string): readonly string[] {
  return checkImports([{ path, text }], MANIFESTS).map(({ line, message }) => `${line}: ${message}`);
}

test('this repository obeys', () => {
  assert.deepEqual(checkRepository(join(import.meta.dirname, '..')).map(formatViolation), []);
});

test('what is allowed passes', () => {
  const text = [
    "import { a } from '@weft/base';",
    "import type { B } from '@weft/xds/gen/envoy/config/core/v3/base_pb';",
    "import { connect } from 'node:net';",
    "import { c } from './c.ts';",
  ].join('\n');
  assert.deepEqual(messages('packages/proxy/src/x.ts', text), []);
});

test('each broken rule is named, at its line', () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    [
      'packages/proxy/src/x.ts',
      "import { a } from '@weft/config';",
      /^1: proxy must not import config: the data plane knows xDS only/,
    ],
    ['packages/engine/src/x.ts', "\nimport { readFile } from 'node:fs';", /^2: node:fs in engine: decisions are pure/],
    [
      'packages/proxy/src/x.ts',
      "import {\n  a,\n} from '@weft/engine';",
      /^1: @weft\/engine is not among the dependencies/,
    ],
    ['packages/proxy/src/x.ts', "import lodash from 'lodash/fp';", /^1: lodash is not among the dependencies/],
    ['packages/proxy/src/x.ts', "const x = await import('lodash');", /^1: lodash is not among/],
    ['packages/engine/src/x.ts', "import { a } from '@weft/base/src/clock.ts';", /behind the door of @weft\/base/],
    ['packages/engine/src/x.ts', "export { a } from '../../base/src/clock.ts';", /leaves the package/],
    ['packages/engine/src/x.ts', "export * from './a.ts';", /^1: export \*/],
    ['packages/engine/src/x.ts', "import fs from 'fs';", /write node:fs/],
    ['packages/engine/src/x.ts', 'const now = Date.now();', /^1: Date.now\(\): time is an argument/],
    ['packages/engine/src/x.ts', 'setTimeout(f, 1);', /setTimeout\(\): time is an argument/],
    ['packages/engine/src/x.ts', 'const home = process.env["HOME"];', /process.env/],
    [
      'packages/proxy/src/filters/http/rbac/filter.ts',
      "import { a } from '../router/filter.ts';",
      /rbac imports router: filters meet in the stream/,
    ],
    ['packages/new/src/x.ts', "import { a } from '@weft/base';", /not among the dependencies of packages\/new/],
  ];
  for (const [path, text, expected] of cases) {
    const found = messages(path, text);
    assert.equal(found.length, 1, `${text} → ${found.join('; ')}`);
    assert.match(found[0] ?? '', expected);
  }
});

test('comments, tests and entry files are not code of that kind', () => {
  for (const [path, text] of [
    [
      'packages/engine/src/x.ts',
      "/** Date.now() is banned; see import { x } from 'lodash'. */\n// Math.random() too\nconst a = 1; // setTimeout(…)",
    ],
    ['packages/engine/src/x.test.ts', "import { readFile } from 'node:fs';\nconst now = Date.now();"],
    ['packages/proxy/src/main.ts', 'const env = process.env;'],
    ['packages/base/src/clock.ts', 'const now = Date.now();'],
    ['packages/proxy/src/filters/http/all.ts', "import { rbac } from './rbac/filter.ts';"],
  ] as const) {
    assert.deepEqual(messages(path, text), [], path);
  }
});

test('the arrows are a DAG', () => {
  const visit = (name: string, above: readonly string[]): void => {
    assert.ok(!above.includes(name), [...above, name].join(' → '));
    for (const next of ALLOWED[name] ?? []) visit(next, [...above, name]);
  };
  for (const name of Object.keys(ALLOWED)) visit(name, []);
});
