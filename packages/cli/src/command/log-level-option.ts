import { LOG_LEVELS, type LogLevel } from '@weft/base';
import type { OptionSpec } from './command.ts';
import type { Invocation } from './invocation.ts';

/** `--log-level`, the same for every part that runs on its own. */
export const LOG_LEVEL_OPTION: OptionSpec = {
  flags: '--log-level <level>',
  kind: 'text',
  help: 'debug, info, warn, error or off',
  default: 'info',
  choices: LOG_LEVELS,
};

export function logLevelIn(invocation: Invocation): LogLevel {
  return LOG_LEVELS.find((level) => level === invocation.text('log-level')) ?? 'info';
}
