import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { wantsColour } from '../command/context.ts';
import { EXIT } from '../command/exit-code.ts';
import { runCommand } from '../test-support/run-command.ts';
import { COMMANDS } from './all.ts';

test('every command has help with an example', async () => {
  for (const { name } of COMMANDS) {
    const { code, out } = await runCommand(name, '--help');
    assert.equal(code, EXIT.ok.code);
    assert.match(out, new RegExp(`Examples:\\n.*weft ${name}`, 's'), name);
  }
});

test('docs/cli.md names every command', () => {
  const page = readFileSync(new URL('../../../../docs/cli.md', import.meta.url), 'utf8');
  for (const { name } of COMMANDS) assert.match(page, new RegExp(`\`${name}\\b`), name);
});

test('a misspelt command is answered with the nearest, exit code 2', async () => {
  const { code, err } = await runCommand('proxy-statsu');
  assert.equal(code, EXIT.usage.code);
  assert.match(err, /Did you mean proxy-status\?/);
});

test('a value that does not fit its option is named, exit code 2', async () => {
  const { code, err } = await runCommand('demo', '--gateway-port', 'abc');
  assert.equal(code, EXIT.usage.code);
  assert.match(err, /--gateway-port takes a whole number, not "abc"/);
});

test('without a control plane it says which address was tried, exit code 9', async () => {
  const { code, err } = await runCommand('proxy-status', '--server', 'http://127.0.0.1:1');
  assert.equal(code, EXIT.unreachable.code);
  assert.match(err, /http:\/\/127\.0\.0\.1:1/);
});

test('version for scripts', async () => {
  const { code, out } = await runCommand('version', '-o', 'json');
  assert.equal(code, EXIT.ok.code);
  assert.match(JSON.parse(out).weft, /^\d+\.\d+\.\d+/);
});

test('colours: only on a terminal, NO_COLOR wins', () => {
  assert.equal(wantsColour(true, {}), true);
  assert.equal(wantsColour(false, {}), false);
  assert.equal(wantsColour(true, { NO_COLOR: '1', FORCE_COLOR: '1' }), false);
  assert.equal(wantsColour(false, { FORCE_COLOR: '1' }), true);
  assert.equal(wantsColour(true, { TERM: 'dumb' }), false);
});
