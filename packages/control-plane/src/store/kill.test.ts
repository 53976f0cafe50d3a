import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { FakeClock } from '@weft/base';
import { ObjectStore } from './object-store.ts';
import { openSqliteJournal } from './sqlite-journal.ts';

const WRITER = `
import { systemClock } from ${JSON.stringify(import.meta.resolve('@weft/base'))};
import { ObjectStore } from ${JSON.stringify(import.meta.resolve('./object-store.ts'))};
import { openSqliteJournal } from ${JSON.stringify(import.meta.resolve('./sqlite-journal.ts'))};
const store = new ObjectStore({ clock: systemClock, journal: openSqliteJournal(process.argv[1]) });
for (let n = 0; ; n++) {
  store.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' + n, namespace: 'default' } });
  process.stdout.write(n + '\\n');
}
`;

test('what was acknowledged is there after the process was killed in the middle of writing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'weft-kill-'));
  const path = join(folder, 'weft.db');
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', WRITER, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let acknowledged = -1;
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line);
    if (acknowledged === 25) child.kill('SIGKILL');
  }
  assert.equal(child.signalCode ?? 'SIGKILL', 'SIGKILL');
  assert.ok(acknowledged >= 25);
  using store = new ObjectStore({ clock: new FakeClock(), journal: openSqliteJournal(path) });
  for (let n = 0; n <= acknowledged; n++) {
    const key = { group: '', kind: 'ConfigMap', namespace: 'default', name: `m${n}` };
    assert.equal(store.get(key)?.metadata.name, `m${n}`);
  }
  await rm(folder, { recursive: true });
});
