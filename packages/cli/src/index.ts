/** The `weft` command as a function, for tests and for programs that embed it. */
export type { ArgumentSpec, Command, Example, OptionKind, OptionSpec } from './command/command.ts';
export type { CliContext, StopSignal, TextOutput } from './command/context.ts';
export { wantsColour } from './command/context.ts';
export type { ExitName } from './command/exit-code.ts';
export { EXIT } from './command/exit-code.ts';
export { Invocation } from './command/invocation.ts';
export { processContext } from './command/process-context.ts';
export { runProgram } from './command/program.ts';
export { COMMANDS } from './commands/all.ts';
