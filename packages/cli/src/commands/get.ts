import { apiClient, SERVER_OPTION } from '../client/server-option.ts';
import type { Command } from '../command/command.ts';
import { OUTPUT_OPTION } from '../output/render.ts';

export const get: Command = {
  name: 'get',
  group: 'Configure',
  summary: 'Show objects of the control plane',
  description:
    'Kinds go by their names, plurals and short names: vs, virtualservice, dr, se, svc, … "gateway" is that of Istio.',
  arguments: [
    { syntax: '<kind>', help: 'a kind, or kind/name' },
    { syntax: '[name...]', help: 'only these' },
  ],
  options: [
    {
      flags: '-n, --namespace <ns>',
      kind: 'text',
      help: 'the namespace (default: all for a list, "default" for names)',
    },
    OUTPUT_OPTION,
    SERVER_OPTION,
  ],
  examples: [
    { line: 'weft get vs', does: 'all VirtualServices' },
    { line: 'weft get vs orders -o yaml', does: 'one, as YAML that apply takes back' },
  ],
  async run(invocation, cli) {
    const { runGet } = await import('../client/run-get.ts');
    const options = {
      words: invocation.words,
      namespace: invocation.text('namespace'),
      output: invocation.text('output'),
    };
    return runGet(options, apiClient(invocation, cli), cli);
  },
};
