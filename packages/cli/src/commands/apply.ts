import { apiClient, SERVER_OPTION } from '../client/server-option.ts';
import { WAIT_OPTIONS } from '../client/wait.ts';
import type { Command } from '../command/command.ts';
import { Failure } from '../command/failure.ts';

export const apply: Command = {
  name: 'apply',
  group: 'Configure',
  summary: 'Create or change objects, all of them or none',
  description:
    'Sends YAML to the control plane. Everything is checked first; when anything is invalid, all errors are printed with file and line\n' +
    'and nothing is applied. With --wait it returns when every connected proxy has the change, or says which one refused it and why.',
  options: [
    { flags: '-f, --file <path>', kind: 'list', help: 'a file, a folder, or - for standard input; may be repeated' },
    { flags: '--dry-run', kind: 'flag', help: 'check only' },
    ...WAIT_OPTIONS,
    {
      flags: '-o, --output <format>',
      kind: 'text',
      help: 'table, json or yaml',
      default: 'table',
      choices: ['table', 'json', 'yaml'],
    },
    SERVER_OPTION,
  ],
  examples: [
    { line: 'weft apply -f orders.yaml --wait', does: 'and return when it is live on every proxy' },
    { line: 'kubectl get vs orders -o yaml | weft apply -f -', does: 'from standard input' },
  ],
  async run(invocation, cli) {
    const files = invocation.list('file');
    if (files.length === 0) throw new Failure('usage', 'what is to be applied?', 'weft apply -f FILE');
    const { runApply } = await import('../client/run-apply.ts');
    return runApply(
      {
        files,
        dryRun: invocation.flag('dry-run'),
        waitMs: invocation.flag('wait') ? (invocation.durationMs('timeout') ?? 0) : undefined,
        output: invocation.text('output'),
      },
      apiClient(invocation, cli),
      cli,
    );
  },
};
