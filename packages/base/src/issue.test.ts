import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatIssue, hasErrors, type Issue } from './issue.ts';

const issue: Issue = {
  severity: 'error',
  code: 'unknown-field',
  at: 'spec.http[2].retries.atempts',
  message: 'unknown field',
  hint: 'did you mean `attempts`?',
  resource: 'VirtualService default/orders',
  position: { file: 'shop/orders.yaml', line: 34, column: 9 },
};

test('an issue prints as one line that an editor can jump to', () => {
  assert.equal(
    formatIssue(issue),
    'shop/orders.yaml:34:9: error: VirtualService default/orders spec.http[2].retries.atempts: unknown field; did you mean `attempts`? [unknown-field]',
  );
});

test('what is unknown is left out', () => {
  assert.equal(
    formatIssue({ severity: 'warning', code: 'x', at: '', message: 'm', expected: 'a number' }),
    'warning: m (expected a number) [x]',
  );
});

test('warnings alone are no errors', () => {
  assert.equal(hasErrors([{ ...issue, severity: 'warning' }]), false);
  assert.equal(hasErrors([{ ...issue, severity: 'warning' }, issue]), true);
});
