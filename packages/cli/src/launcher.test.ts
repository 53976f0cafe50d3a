import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const LAUNCHER = fileURLToPath(new URL('../bin/weft.js', import.meta.url));
/** Where a machine's own Node usually is; any version will do, an old one shows the most. */
const OWN_NODE = '/usr/bin/node';

for (const node of [process.execPath, ...(existsSync(OWN_NODE) ? [OWN_NODE] : [])]) {
  test(`the launcher runs weft on a Node that can, started by ${node}`, () => {
    const run = spawnSync(node, [LAUNCHER, 'version', '-o', 'json'], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
    assert.ok(Number(/"node": "v(\d+)/.exec(run.stdout)?.[1]) >= 24, run.stdout);
  });

  test(`the exit code passes through, started by ${node}`, () => {
    assert.equal(spawnSync(node, [LAUNCHER, 'no-such-command'], { encoding: 'utf8' }).status, 2);
  });
}
