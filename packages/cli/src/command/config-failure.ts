import type { Issue } from '@weft/base';
import { Failure } from './failure.ts';

/** Invalid configuration: every issue is printed with its line before the command ends. */
export class ConfigFailure extends Failure {
  readonly issues: readonly Issue[];
  /** Texts that issues point to and that are no files, by the name the issues carry. */
  readonly texts: ReadonlyMap<string, string>;

  constructor(issues: readonly Issue[], texts: ReadonlyMap<string, string> = new Map()) {
    const errors = issues.filter((issue) => issue.severity === 'error').length;
    super(
      'invalidConfig',
      `the configuration has ${errors === 1 ? 'an error' : `${errors} errors`}; nothing was changed`,
    );
    this.issues = issues;
    this.texts = texts;
  }
}
