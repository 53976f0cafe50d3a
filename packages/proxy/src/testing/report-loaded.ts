/** `node --import report-loaded.ts …`: prints, as one line of JSON when the process ends, what it has loaded. */
import { statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const files: string[] = [];

registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) files.push(fileURLToPath(url));
    return next(url, context);
  },
});

process.once('exit', () => {
  // Not in Node's types, and deprecated in its documentation, but nothing else tells.
  const list: unknown = Reflect.get(process, 'moduleLoadList');
  const names = Array.isArray(list) ? list.map(String) : [];
  const builtIns = names.flatMap((entry) => /^NativeModule (?!internal\/)(.+)$/.exec(entry)?.[1] ?? []);
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  process.stdout.write(`${JSON.stringify({ files, builtIns, bytes })}\n`);
});
