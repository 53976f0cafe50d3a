import { readFileSync } from 'node:fs';
import type { SourceLines } from './diagnostics.ts';

/** Reads the files that issues point to, once each, to show the lines. `texts` holds what is no file, such as standard input. */
export function sourceLines(texts: ReadonlyMap<string, string> = new Map()): SourceLines {
  const read = new Map<string, readonly string[] | undefined>();
  return (file) => {
    if (!read.has(file)) read.set(file, linesOf(file, texts.get(file)));
    return read.get(file);
  };
}

function linesOf(file: string, text: string | undefined): readonly string[] | undefined {
  if (text !== undefined) return text.split(/\r?\n/);
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/);
  } catch {
    // The file went away or was never one (an object written through the API); the issue is printed without its line.
    return undefined;
  }
}
