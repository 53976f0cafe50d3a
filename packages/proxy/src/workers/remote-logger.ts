import { LOG_LEVELS, type LogControl, type LogFields, type Logger, type LogLevel } from '@weft/base';

/** A log whose lines another thread writes. The level is looked at here, so that what nobody reads does not travel. */
export function remoteLogger(
  send: (level: LogLevel, message: string, fields: LogFields) => void,
  control: LogControl,
  fixed: LogFields = {},
): Logger {
  const log = (level: LogLevel, message: string, fields: LogFields | undefined): void => {
    if (LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(control.level)) send(level, message, { ...fixed, ...fields });
  };
  return {
    debug: (message, fields) => log('debug', message, fields),
    info: (message, fields) => log('info', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    error: (message, fields) => log('error', message, fields),
    with: (fields) => remoteLogger(send, control, { ...fixed, ...fields }),
  };
}
