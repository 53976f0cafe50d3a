import { CommanderError, Option, Command as Parser } from 'commander';
import { Stopped } from '../local/shutdown.ts';
import { formatDiagnostics } from '../output/diagnostics.ts';
import { paint } from '../output/paint.ts';
import { sourceLines } from '../output/source-lines.ts';
import type { Command, OptionSpec } from './command.ts';
import { ConfigFailure } from './config-failure.ts';
import type { CliContext } from './context.ts';
import { EXIT } from './exit-code.ts';
import { Failure, messageOf } from './failure.ts';
import { Invocation } from './invocation.ts';

const GLOBAL_HELP = `
Configuration is Istio's and Kubernetes' own YAML. Addresses: the control plane's API is http://127.0.0.1:15016 unless
--server or WEFT_SERVER says otherwise. Exit codes: 0 done, 1 failed, 2 usage, 3 invalid configuration, 4 not found,
5 conflict, 6 timeout, 7 security policy not enforced, 8 port taken, 9 unreachable (docs/cli.md has the table).
`;

interface Chosen {
  readonly command: Command;
  readonly invocation: Invocation;
}

function addOption(parser: Parser, spec: OptionSpec): void {
  const option = new Option(spec.flags, spec.help);
  if (spec.kind === 'list')
    option.argParser((value: string, all: unknown) => [...(Array.isArray(all) ? all : []), value]);
  if (spec.default !== undefined) option.default(spec.default);
  parser.addOption(option);
}

function addCommand(root: Parser, command: Command, choose: (chosen: Chosen) => void): void {
  const parser = root
    .command(command.name)
    .summary(command.summary)
    .description(command.description ?? command.summary);
  parser.helpGroup(`${command.group}:`);
  for (const argument of command.arguments ?? []) parser.argument(argument.syntax, argument.help);
  for (const option of command.options ?? []) addOption(parser, option);
  const examples = command.examples.map((example) => `  ${example.line}\n      ${example.does}`).join('\n');
  parser.addHelpText('after', `\nExamples:\n${examples}`);
  parser.action(() => choose({ command, invocation: new Invocation(command, parser.args, parser.opts()) }));
}

function parse(commands: readonly Command[], args: readonly string[], cli: CliContext): Chosen | number {
  let chosen: Chosen | undefined;
  const root = new Parser('weft')
    .description('A service mesh: Istio configuration in, routed requests out, and an answer to "why?".')
    .helpCommand('help [command]', 'show the help of a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => cli.out.write(text),
      writeErr: (text) => cli.err.write(text),
      getOutHelpWidth: () => cli.out.columns,
      getErrHelpWidth: () => cli.err.columns,
      getOutHasColors: () => cli.out.colour,
      getErrHasColors: () => cli.err.colour,
      outputError: (text, write) => write(text.replace(/^error:/, paint(cli.err, 'red', 'error:'))),
    })
    .configureHelp({ styleTitle: (title) => paint(cli.out, 'bold', title), sortSubcommands: false })
    .showSuggestionAfterError(true)
    .addHelpText('after', GLOBAL_HELP);
  for (const command of commands) {
    addCommand(root, command, (value) => {
      chosen = value;
    });
  }
  try {
    root.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok.code : EXIT.usage.code;
  }
  return chosen ?? EXIT.usage.code;
}

/** Parses `args`, runs the command and returns the exit code. Nothing is thrown: what was not foreseen prints its stack and returns 1. */
export async function runProgram(
  commands: readonly Command[],
  args: readonly string[],
  cli: CliContext,
): Promise<number> {
  const chosen = parse(commands, args, cli);
  if (typeof chosen === 'number') return chosen;
  try {
    return await chosen.command.run(chosen.invocation, cli);
  } catch (error) {
    if (error instanceof Stopped) return EXIT.interrupted.code;
    if (error instanceof ConfigFailure) {
      cli.err.write(`${formatDiagnostics(error.issues, sourceLines(error.texts), cli.err)}\n`);
    }
    if (error instanceof Failure) {
      cli.err.write(`${paint(cli.err, 'red', 'error:')} ${messageOf(error)}\n`);
      if (error.hint !== undefined) cli.err.write(`${paint(cli.err, 'cyan', 'hint:')} ${error.hint}\n`);
      return error.exitCode;
    }
    const stack = error instanceof Error ? error.stack : undefined;
    cli.err.write(`${paint(cli.err, 'red', 'error:')} unexpected: ${stack ?? messageOf(error)}\n`);
    return EXIT.failure.code;
  }
}
