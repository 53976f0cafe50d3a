import { enableCompileCache } from 'node:module';

// `npm run demo` comes here without the launcher; the cache halves the start of every child as well.
if (process.env['NODE_COMPILE_CACHE'] === undefined) {
  process.env['NODE_COMPILE_CACHE'] = enableCompileCache().directory ?? '';
}
// Loading the commands would make the young generation grow before the command itself can say that it is to stay small.
if (process.argv[2] === 'proxy') (await import('@weft/proxy/young-generation')).keepYoungGenerationSmall();
const [{ COMMANDS }, { processContext }, { runProgram }] = await Promise.all([
  import('./commands/all.ts'),
  import('./command/process-context.ts'),
  import('./command/program.ts'),
]);
const code = await runProgram(COMMANDS, process.argv.slice(2), processContext(process));
// Sockets that a library keeps warm would hold the process; what had to end has ended when the command returns.
process.exit(code);
