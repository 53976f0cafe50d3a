import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from './fake-clock.ts';
import { type LogControl, type Logger, textLogger } from './logger.ts';

function logger(control: LogControl = { level: 'info' }): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  return { lines, log: textLogger((line) => lines.push(line), new FakeClock(0), control) };
}

test('one line an event, facts after the sentence', () => {
  const { log, lines } = logger();
  log.with({ proxy: 'orders-v1' }).warn('listener rejected', { field: 'address', tries: 2, gone: undefined });
  assert.deepEqual(lines, ['1970-01-01T00:00:00.000Z warn listener rejected proxy=orders-v1 field=address tries=2\n']);
});

test('a value cannot forge a second line or drive the terminal', () => {
  const { log, lines } = logger();
  log.info('request\nrefused', { path: '/a\r\n2026 error forged\u001b[2J' });
  assert.equal(lines.length, 1);
  assert.equal(lines[0]?.split('\n').length, 2);
  assert.ok(!lines[0]?.includes('\u001b'));
});

test('the level can change while the process runs, for every derived logger', () => {
  const control: LogControl = { level: 'warn' };
  const { log, lines } = logger(control);
  const derived = log.with({ a: 1 });
  derived.info('hidden');
  control.level = 'debug';
  derived.debug('shown');
  assert.equal(lines.length, 1);
});
