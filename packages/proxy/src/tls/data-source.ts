import { readFileSync } from 'node:fs';
import type { Issues } from '@weft/engine';
import type { DataSource } from '@weft/xds/gen/envoy/config/core/v3/base_pb';

/** A variable of the process environment. */
export type Environment = (name: string) => string | undefined;

/** The bytes that a DataSource stands for; undefined, with an issue, when they cannot be had. A missing source is undefined without one. */
export function readDataSource(
  source: DataSource | undefined,
  at: string,
  environment: Environment,
  issues: Issues,
): Buffer | undefined {
  const specifier = source?.specifier;
  switch (specifier?.case) {
    case 'inlineBytes':
      return Buffer.from(specifier.value);
    case 'inlineString':
      return Buffer.from(specifier.value);
    case 'filename':
      return readFile(specifier.value, `${at}.filename`, issues);
    case 'environmentVariable': {
      const value = environment(specifier.value);
      if (value !== undefined) return Buffer.from(value);
      issues.error(`${at}.environment_variable`, 'missing-variable', `\`${specifier.value}\` is not set`);
      return undefined;
    }
    case undefined:
      return undefined;
  }
}

function readFile(path: string, at: string, issues: Issues): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    issues.error(at, 'unreadable-file', `cannot read \`${path}\`: ${cause}`, 'a PEM file that the proxy may read');
    return undefined;
  }
}
