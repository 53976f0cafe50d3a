import { apiClient, SERVER_OPTION } from '../client/server-option.ts';
import { WAIT_OPTIONS } from '../client/wait.ts';
import type { Command } from '../command/command.ts';

export const edit: Command = {
  name: 'edit',
  group: 'Configure',
  summary: 'Change an object in your editor',
  description:
    'Opens the object as YAML in $VISUAL or $EDITOR (vi without either) and applies what you save. When it is invalid, or somebody else\n' +
    'changed it meanwhile, the editor opens again with the reason on top. An empty file, or one that did not change, changes nothing.',
  arguments: [
    { syntax: '<kind>', help: 'a kind, or kind/name' },
    { syntax: '[name]', help: 'which' },
  ],
  options: [
    { flags: '-n, --namespace <ns>', kind: 'text', help: 'the namespace', default: 'default' },
    ...WAIT_OPTIONS,
    SERVER_OPTION,
  ],
  examples: [{ line: 'weft edit vs orders --wait', does: 'and return when the change is live' }],
  async run(invocation, cli) {
    const { runEdit } = await import('../client/run-edit.ts');
    return runEdit(
      {
        words: invocation.words,
        namespace: invocation.text('namespace') ?? 'default',
        waitMs: invocation.flag('wait') ? (invocation.durationMs('timeout') ?? 0) : undefined,
      },
      apiClient(invocation, cli),
      cli,
    );
  },
};
