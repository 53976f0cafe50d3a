import type { Clock } from './clock.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'off'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Facts beside a log line. Never put secrets, tokens or whole headers here. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** One line an event: a sentence for people, facts for machines. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same log with `fields` on every line. */
  with(fields: LogFields): Logger;
}

/** The level of a logger and of all that were made from it; the admin API changes it while the process runs. */
export interface LogControl {
  level: LogLevel;
}

/** Control characters in a value could forge a log line or drive a terminal; they are written as JSON escapes. */
function printable(value: string | number | boolean): string {
  const text = String(value);
  return /^[\w.:/@|~*+,\-[\]]+$/.test(text) ? text : JSON.stringify(text);
}

/** `2026-11-21T00:54:00.000Z info message key=value …`, one line, to `write`. */
export function textLogger(
  write: (line: string) => void,
  clock: Clock,
  control: LogControl,
  fixed: LogFields = {},
): Logger {
  const log = (level: LogLevel, message: string, fields: LogFields | undefined): void => {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(control.level)) return;
    let line = `${new Date(clock.now()).toISOString()} ${level} ${message.replace(/[\r\n]+/g, ' ')}`;
    for (const [key, value] of Object.entries({ ...fixed, ...fields })) {
      if (value !== undefined) line += ` ${key}=${printable(value)}`;
    }
    write(`${line}\n`);
  };
  return {
    debug: (message, fields) => log('debug', message, fields),
    info: (message, fields) => log('info', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    error: (message, fields) => log('error', message, fields),
    with: (fields) => textLogger(write, clock, control, { ...fixed, ...fields }),
  };
}

/** Keeps nothing; for tests and libraries that were given no logger. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => silentLogger,
};
