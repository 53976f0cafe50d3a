import { hasErrors } from '@weft/base';
import { unenforced } from '@weft/translate';
import type { CliContext } from '../command/context.ts';
import { EXIT } from '../command/exit-code.ts';
import { readInputs } from '../command/read-input.ts';
import { formatDiagnostics } from '../output/diagnostics.ts';
import { paint } from '../output/paint.ts';
import { sourceLines } from '../output/source-lines.ts';
import { loadConfig } from './load-config.ts';

export interface ValidateOptions {
  readonly files: readonly string[];
  readonly json: boolean;
  readonly strict: boolean;
}

/**
 * Prints every issue of the files and returns the exit code. What is valid and not enforced yet is a warning here, also where it concerns
 * security: the configuration is right, it is the mesh that lacks something, and `weft up` is what refuses to run on it.
 */
export async function runValidate(options: ValidateOptions, cli: CliContext): Promise<number> {
  const loaded = loadConfig(await readInputs(options.files, cli));
  const missing = unenforced(loaded.resources).map((issue) => ({ ...issue, severity: 'warning' as const }));
  const issues = [...loaded.issues, ...missing];
  const errors = issues.filter((issue) => issue.severity === 'error').length;
  const warnings = issues.filter((issue) => issue.severity === 'warning').length;
  const valid = !hasErrors(issues) && !(options.strict && warnings > 0);
  if (options.json) {
    cli.out.write(
      `${JSON.stringify({ valid, objects: loaded.resources.length, errors, warnings, issues }, null, 2)}\n`,
    );
  } else {
    if (issues.length > 0) cli.out.write(`${formatDiagnostics(issues, sourceLines(loaded.texts), cli.out)}\n`);
    const mark = valid ? paint(cli.out, 'green', '✓ valid:') : paint(cli.out, 'red', '✗ invalid:');
    cli.out.write(`${mark} ${loaded.resources.length} objects, ${errors} errors, ${warnings} warnings\n`);
  }
  return valid ? EXIT.ok.code : EXIT.invalidConfig.code;
}
