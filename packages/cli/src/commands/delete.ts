import { apiClient, SERVER_OPTION } from '../client/server-option.ts';
import { WAIT_OPTIONS } from '../client/wait.ts';
import type { Command } from '../command/command.ts';

export const remove: Command = {
  name: 'delete',
  group: 'Configure',
  summary: 'Delete objects by name, or those a file declares',
  arguments: [
    { syntax: '[kind]', help: 'a kind, or kind/name' },
    { syntax: '[name...]', help: 'which' },
  ],
  options: [
    { flags: '-f, --file <path>', kind: 'list', help: 'delete what these files declare; may be repeated' },
    { flags: '-n, --namespace <ns>', kind: 'text', help: 'the namespace', default: 'default' },
    { flags: '--ignore-not-found', kind: 'flag', help: 'what is not there counts as deleted' },
    ...WAIT_OPTIONS,
    SERVER_OPTION,
  ],
  examples: [
    { line: 'weft delete vs orders', does: 'one VirtualService' },
    { line: 'weft delete -f orders.yaml --wait', does: 'everything in a file, gone from every proxy when it returns' },
  ],
  async run(invocation, cli) {
    const { runDelete } = await import('../client/run-delete.ts');
    return runDelete(
      {
        words: invocation.words,
        files: invocation.list('file'),
        namespace: invocation.text('namespace') ?? 'default',
        ignoreNotFound: invocation.flag('ignore-not-found'),
        waitMs: invocation.flag('wait') ? (invocation.durationMs('timeout') ?? 0) : undefined,
      },
      apiClient(invocation, cli),
      cli,
    );
  },
};
