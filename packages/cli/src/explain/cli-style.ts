import { isAbsolute, relative } from 'node:path';
import type { PrintStyle } from '@weft/testing/explain';
import type { CliContext } from '../command/context.ts';
import { paint } from '../output/paint.ts';

/** Colours where the output has them, paths relative to where the command runs. */
export function cliStyle({ out, cwd }: Pick<CliContext, 'out' | 'cwd'>): PrintStyle {
  return {
    paint: (colour, text) => paint(out, colour, text),
    path(file) {
      const short = relative(cwd, file);
      return isAbsolute(file) && !short.startsWith('..') ? short : file;
    },
  };
}
