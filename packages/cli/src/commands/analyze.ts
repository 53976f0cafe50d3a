import { apiClient, SERVER_OPTION } from '../client/server-option.ts';
import type { Command } from '../command/command.ts';

export const analyze: Command = {
  name: 'analyze',
  group: 'Configure',
  summary: 'Find what is wrong between objects',
  description:
    "Looks for references to what does not exist, objects that contend or have no effect, and what is unsafe or deprecated, with Istio's codes\n" +
    '(IST0101, …) and file and line. Reads files with -f, else all objects of the control plane.\n' +
    'Exits with 10 when something at or above --failure-threshold was found.',
  options: [
    { flags: '-f, --file <path>', kind: 'list', help: 'a file, a folder, or - for standard input; may be repeated' },
    {
      flags: '-o, --output <format>',
      kind: 'text',
      help: 'text, json or sarif (2.1.0)',
      default: 'text',
      choices: ['text', 'json', 'sarif'],
    },
    {
      flags: '--failure-threshold <level>',
      kind: 'text',
      help: 'the least level that makes the command fail',
      default: 'error',
      choices: ['info', 'warning', 'error'],
    },
    {
      flags: '--suppress <code=object>',
      kind: 'list',
      help: 'leave a code out for an object: "IST0102=Namespace shop"; * stands for anything; may be repeated',
    },
    {
      flags: '--mesh-config <file>',
      kind: 'text',
      help: 'the mesh configuration (default: the ConfigMap istio among the objects)',
    },
    {
      flags: '--cluster <name=path>',
      kind: 'list',
      help: 'the services of a further cluster, compared with those of the same name; may be repeated',
    },
    SERVER_OPTION,
  ],
  examples: [
    { line: 'weft analyze -f ./mesh', does: 'everything in a folder' },
    { line: 'helm template . | weft analyze -f - -o sarif', does: 'for code scanning' },
    { line: 'weft analyze --suppress "IST0173=DestinationRule shop/*"', does: 'the running mesh, without one code' },
  ],
  async run(invocation, cli) {
    const { runAnalyze } = await import('../analyze/run-analyze.ts');
    const options = {
      files: invocation.list('file'),
      output: invocation.text('output') ?? 'text',
      threshold: invocation.text('failure-threshold') ?? 'error',
      suppress: invocation.list('suppress'),
      meshConfig: invocation.text('mesh-config'),
      clusters: invocation.list('cluster'),
    };
    return runAnalyze(options, apiClient(invocation, cli), cli);
  },
};
