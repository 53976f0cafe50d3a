import type { Command } from '../command/command.ts';
import { EXIT } from '../command/exit-code.ts';
import { weftVersion } from '../command/version.ts';
import { render } from '../output/render.ts';

export const version: Command = {
  name: 'version',
  group: 'Inspect',
  summary: 'Print the version of weft and of the Node it runs on',
  options: [
    {
      flags: '-o, --output <format>',
      kind: 'text',
      help: 'table, json or yaml',
      default: 'table',
      choices: ['table', 'json', 'yaml'],
    },
  ],
  examples: [{ line: 'weft version -o json', does: 'for scripts' }],
  async run(invocation, cli) {
    const facts = { weft: weftVersion(), node: process.version, platform: `${process.platform}-${process.arch}` };
    const people = (): string => `weft ${facts.weft} (Node ${facts.node}, ${facts.platform})\n`;
    cli.out.write(render(invocation.text('output'), facts, people));
    return EXIT.ok.code;
  },
};
