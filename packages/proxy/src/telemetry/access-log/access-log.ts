/**
 * The access logs of a listener, connection manager or TCP proxy.
 * in: envoy.config.accesslog.v3.AccessLog[]   out: one object with `log(record)`, or every issue
 */
import { type Any, anyUnpack } from '@bufbuild/protobuf/wkt';
import type { Decoded, Issue } from '@weft/base';
import type { AccessLog as AccessLogConfig } from '@weft/xds/gen/envoy/config/accesslog/v3/accesslog_pb';
import type { SubstitutionFormatString } from '@weft/xds/gen/envoy/config/core/v3/substitution_format_string_pb';
import { type FileAccessLog, FileAccessLogSchema } from '@weft/xds/gen/envoy/extensions/access_loggers/file/v3/file_pb';
import {
  StderrAccessLogSchema,
  StdoutAccessLogSchema,
} from '@weft/xds/gen/envoy/extensions/access_loggers/stream/v3/stream_pb';
import type { AccessRecord } from '../access-record.ts';
import type { LogSink } from './buffered-sink.ts';
import { compileFilter } from './filter.ts';
import { DEFAULT_FORMAT, parseFormat, textWriter } from './format.ts';
import { compileJsonFormat } from './json-format.ts';
import type { AccessLogFiles } from './log-file.ts';
import type { LogContext } from './operator.ts';
import type { RecordFilter } from './record-filter.ts';

type LineWriter = (record: AccessRecord) => string;

interface Log {
  readonly wanted: RecordFilter | undefined;
  readonly line: LineWriter;
  readonly sink: LogSink;
}

/** Compiled access logs; absent logs cost one length check. */
export class AccessLog {
  readonly #logs: readonly Log[];

  constructor(logs: readonly Log[]) {
    this.#logs = logs;
  }

  /** False when nothing is written, so that a stream need not fill its record. */
  get enabled(): boolean {
    return this.#logs.length > 0;
  }

  /** @hot Writes one record to every log that wants it. */
  log(record: AccessRecord): void {
    const logs = this.#logs;
    for (let i = 0; i < logs.length; i++) {
      const log = logs[i]!;
      if (log.wanted === undefined || log.wanted(record)) log.sink.write(log.line(record));
    }
  }
}

export const NO_ACCESS_LOG: AccessLog = new AccessLog([]);

/**
 * Compiles access logs. Files are opened here, so that a path that cannot be written is refused with the configuration (as Envoy
 * does) and not discovered by the first request.
 *
 * @param at path of the field, for issues: `listener.access_log`
 */
export function compileAccessLogs(
  configs: readonly AccessLogConfig[],
  files: AccessLogFiles,
  context: LogContext,
  at: string,
): Decoded<AccessLog> {
  const issues: Issue[] = [];
  const logs: Log[] = [];
  for (const [i, config] of configs.entries()) {
    const log = compileLog(config, files, context, `${at}[${i}]`, issues);
    if (log !== undefined) logs.push(log);
  }
  if (issues.length > 0) return { ok: false, issues };
  return { ok: true, value: logs.length === 0 ? NO_ACCESS_LOG : new AccessLog(logs), issues };
}

interface Logger {
  readonly path: string;
  readonly format: SubstitutionFormatString | FileAccessLog | undefined;
}

function compileLog(
  config: AccessLogConfig,
  files: AccessLogFiles,
  context: LogContext,
  at: string,
  issues: Issue[],
): Log | undefined {
  const logger = config.configType.case === 'typedConfig' ? decodeLogger(config.configType.value) : undefined;
  if (logger === undefined) {
    issues.push({
      severity: 'error',
      code: 'access-logger-unknown',
      at: `${at}.typed_config`,
      message: `this proxy has no access logger ${config.configType.value?.typeUrl ?? config.name}`,
      expected: 'a FileAccessLog, StdoutAccessLog or StderrAccessLog of envoy.extensions.access_loggers',
    });
    return undefined;
  }
  const before = issues.length;
  const wanted =
    config.filter === undefined
      ? undefined
      : compileFilter(config.filter, `${at}.filter`, { random: context.random, issues });
  const line = compileFormat(logger.format, context, `${at}.typed_config`, issues);
  if (line === undefined || issues.length > before) return undefined;
  try {
    return { wanted, line, sink: files.open(logger.path) };
  } catch (error) {
    issues.push({
      severity: 'error',
      code: 'access-log-path',
      at: `${at}.typed_config.path`,
      message: `cannot open ${logger.path} for appending: ${error instanceof Error ? error.message : String(error)}`,
    });
    return undefined;
  }
}

function decodeLogger(any: Any): Logger | undefined {
  const file = anyUnpack(any, FileAccessLogSchema);
  if (file !== undefined) {
    return { path: file.path, format: file.accessLogFormat.case === 'logFormat' ? file.accessLogFormat.value : file };
  }
  const stdout = anyUnpack(any, StdoutAccessLogSchema);
  if (stdout !== undefined) return { path: '/dev/stdout', format: stdout.accessLogFormat.value };
  const stderr = anyUnpack(any, StderrAccessLogSchema);
  if (stderr !== undefined) return { path: '/dev/stderr', format: stderr.accessLogFormat.value };
  return undefined;
}

function compileFormat(
  config: SubstitutionFormatString | FileAccessLog | undefined,
  context: LogContext,
  at: string,
  issues: Issue[],
): LineWriter | undefined {
  if (config === undefined) return text(DEFAULT_FORMAT, '-', context, at, issues);
  if (config.$typeName === 'envoy.extensions.access_loggers.file.v3.FileAccessLog') {
    const { accessLogFormat: format } = config;
    if (format.case === 'format' && format.value !== '')
      return text(format.value, '-', context, `${at}.format`, issues);
    if (format.case === 'jsonFormat' || format.case === 'typedJsonFormat') {
      return json(format.value, false, context, `${at}.${format.case}`, issues);
    }
    return text(DEFAULT_FORMAT, '-', context, at, issues);
  }
  // `formatters` only add operators; one that this proxy lacks is refused where a format uses it.
  const missing = config.omitEmptyValues ? '' : '-';
  const { format } = config;
  if (format.case === 'textFormat') return text(format.value, missing, context, `${at}.log_format.text_format`, issues);
  if (format.case === 'jsonFormat') {
    return json(format.value, config.omitEmptyValues, context, `${at}.log_format.json_format`, issues);
  }
  const source = format.value?.specifier;
  const where = `${at}.log_format.text_format_source`;
  if (source?.case === 'inlineString') return text(source.value, missing, context, where, issues);
  if (source?.case === 'inlineBytes')
    return text(new TextDecoder().decode(source.value), missing, context, where, issues);
  issues.push({
    severity: 'error',
    code: 'access-log-format',
    at: where,
    message: `this proxy cannot read a format from ${source?.case ?? 'nothing'}`,
    expected: 'inline_string or inline_bytes',
  });
  return undefined;
}

function text(
  format: string,
  missing: string,
  context: LogContext,
  at: string,
  issues: Issue[],
): LineWriter | undefined {
  const parsed = parseFormat(format, context, at);
  if (parsed.ok) return textWriter(parsed.segments, missing);
  issues.push(...parsed.issues);
  return undefined;
}

function json(
  struct: Parameters<typeof compileJsonFormat>[0],
  omitEmpty: boolean,
  context: LogContext,
  at: string,
  issues: Issue[],
): LineWriter | undefined {
  const compiled = compileJsonFormat(struct, context, at, omitEmpty);
  if (compiled.ok) return compiled.write;
  issues.push(...compiled.issues);
  return undefined;
}
