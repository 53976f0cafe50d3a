import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Issue } from '@weft/base';
import { formatDiagnostics } from './diagnostics.ts';

const plain = { colour: false };
const issue: Issue = {
  severity: 'error',
  code: 'unknown-field',
  at: 'spec.http[0].retries.atempts',
  message: 'there is no such field',
  hint: 'did you mean `attempts`?',
  resource: 'VirtualService default/orders',
  position: { file: 'orders.yaml', line: 2, column: 3 },
};

test('shows the place, the line with a caret, and what to do', () => {
  const text = formatDiagnostics([issue], () => ['retries:', '  atempts: 3'], plain);
  assert.equal(
    text,
    [
      'orders.yaml:2:3: error: VirtualService default/orders spec.http[0].retries.atempts: there is no such field [unknown-field]',
      '    2 |   atempts: 3',
      '      |   ^',
      '    hint: did you mean `attempts`?',
      '',
    ].join('\n'),
  );
});

test('the caret stands under the column also after tabs', () => {
  const tabbed = { ...issue, position: { file: 'a', line: 1, column: 3 } };
  assert.match(
    formatDiagnostics([tabbed], () => ['\t\tx: 1'], plain),
    /\| \t\t\^/,
  );
});

test('sorts by file and line, and says the same thing once', () => {
  const at = (file: string, line: number): Issue => ({ ...issue, position: { file, line } });
  const text = formatDiagnostics([at('b', 1), at('a', 9), at('a', 2), at('a', 9)], () => undefined, plain);
  assert.deepEqual(
    text
      .split('\n')
      .filter((line) => line.includes('error:'))
      .map((line) => line.split(': ')[0]),
    ['a:2', 'a:9', 'b:1'],
  );
});
