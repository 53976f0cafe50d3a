import { createRequire } from 'node:module';

export const OUTPUT_FORMATS = ['table', 'wide', 'json', 'yaml'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

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
