import type { Issue } from '@weft/base';
import { decodeFile, type Resource } from '@weft/config';
import { type InputText, textsByName } from '../command/read-input.ts';

/** Everything that a set of files declares, and everything wrong with them. */
export interface LoadedConfig {
  readonly resources: readonly Resource[];
  readonly issues: readonly Issue[];
  /** The texts by the name that issues carry. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Decodes and checks every document of every file; all issues together. */
export function loadConfig(inputs: readonly InputText[]): LoadedConfig {
  const decoded = inputs.map((input) => decodeFile(input.text, input.name));
  return {
    resources: decoded.flatMap((file) => file.resources),
    issues: decoded.flatMap((file) => file.issues),
    texts: textsByName(inputs),
  };
}
