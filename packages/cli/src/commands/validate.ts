import type { Command } from '../command/command.ts';
import { Failure } from '../command/failure.ts';

export const validate: Command = {
  name: 'validate',
  group: 'Configure',
  summary: 'Check configuration without applying it',
  description:
    'Reads YAML and prints everything wrong with it: file, line, field, what was expected, what to do. Also names what is valid but has no\n' +
    'effect yet. Exits with 3 when there is an error; warnings alone exit with 0 unless --strict.',
  options: [
    { flags: '-f, --file <path>', kind: 'list', help: 'a file, a folder, or - for standard input; may be repeated' },
    { flags: '--json', kind: 'flag', help: 'print the issues as JSON' },
    { flags: '--strict', kind: 'flag', help: 'warnings count as errors' },
  ],
  examples: [
    { line: 'weft validate -f ./mesh', does: 'everything in a folder' },
    { line: 'helm template . | weft validate -f - --json', does: 'for scripts and editors' },
  ],
  async run(invocation, cli) {
    const files = invocation.list('file');
    if (files.length === 0) throw new Failure('usage', 'what is to be checked?', 'weft validate -f DIR');
    const { runValidate } = await import('../config-files/run-validate.ts');
    return runValidate({ files, json: invocation.flag('json'), strict: invocation.flag('strict') }, cli);
  },
};
