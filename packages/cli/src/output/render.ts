import { createRequire } from 'node:module';
import type { OptionSpec } from '../command/command.ts';

/** `--output`, the same for every command that shows objects or proxies; see `render`. */
export const OUTPUT_OPTION: OptionSpec = {
  flags: '-o, --output <format>',
  kind: 'text',
  help: 'table, wide, json or yaml',
  default: 'table',
  choices: ['table', 'wide', 'json', 'yaml'],
};

/** `value` for machines in the format asked for, or the text that people get. */
export function render(format: string | undefined, value: unknown, forPeople: () => string): string {
  if (format === 'json') return `${JSON.stringify(value, null, 2)}\n`;
  if (format === 'yaml') return yaml().stringify(value, { lineWidth: 0 });
  return forPeople();
}

/** Loaded for YAML only: every command comes through here, and `weft proxy` would keep the library in memory. */
function yaml(): typeof import('yaml') {
  return createRequire(import.meta.url)('yaml');
}
