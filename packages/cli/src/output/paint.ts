import type { TextOutput } from '../command/context.ts';

/** SGR codes (ECMA-48 §8.3.117): switch on, switch off. */
const STYLES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const;

export type PaintStyle = keyof typeof STYLES;

/** `text` in a style where the output shows colours, else as it is. */
export function paint(output: Pick<TextOutput, 'colour'>, style: PaintStyle, text: string): string {
  if (!output.colour) return text;
  const [on, off] = STYLES[style];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}
