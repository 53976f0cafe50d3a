import { type DecodeOptions, type InputText, type Loaded, loadTexts } from '@weft/config';
import { checkLoaded } from '@weft/translate';

/** Everything that a set of files declares, and everything wrong with them. */
export interface LoadedConfig extends Loaded {
  /** The texts by the name that issues carry, to print lines of what is no file. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Decodes and checks every document of every file; all issues together. */
export function loadConfig(inputs: readonly InputText[], options: DecodeOptions = {}): LoadedConfig {
  return {
    ...checkLoaded(loadTexts(inputs, options)),
    texts: new Map(inputs.map((input) => [input.file, input.text])),
  };
}
