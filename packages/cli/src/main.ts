import { enableCompileCache } from 'node:module';

// `npm run demo` comes here without the launcher; the cache halves the start of every child as well.
if (process.env['NODE_COMPILE_CACHE'] === undefined) {
  process.env['NODE_COMPILE_CACHE'] = enableCompileCache().directory ?? '';
}
const [{ COMMANDS }, { processContext }, { runProgram }] = await Promise.all([
  import('./commands/all.ts'),
  import('./command/process-context.ts'),
  import('./command/program.ts'),
]);
process.exitCode = await runProgram(COMMANDS, process.argv.slice(2), processContext(process));
