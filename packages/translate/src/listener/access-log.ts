import { create, type JsonObject } from '@bufbuild/protobuf';
import type { LogFormat } from '@weft/config';
import type { AccessLogOf, MeshSettings, Node, Snapshot } from '@weft/mesh';
import {
  type AccessLog,
  type AccessLogFilterSchema,
  AccessLogSchema,
} from '@weft/xds/gen/envoy/config/accesslog/v3/accesslog_pb';
import { FileAccessLogSchema } from '@weft/xds/gen/envoy/extensions/access_loggers/file/v3/file_pb';
import { ExpressionFilterSchema } from '@weft/xds/gen/envoy/extensions/access_loggers/filters/cel/v3/cel_pb';
import { any } from '../wire/any.ts';
import type { Init } from '../wire/init.ts';
import { FILE_ACCESS_LOG } from './filter-names.ts';
import type { TelemetrySide } from './istio-filters.ts';

/** Under which Envoy registers the filter. */
const CEL_FILTER = 'envoy.access_loggers.extension_filters.cel';

/** Istio's text format (pilot/pkg/model/telemetry_logging.go, EnvoyTextLogFormat). */
const TEXT_FORMAT =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% ' +
  '%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" ' +
  '%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" ' +
  '"%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% ' +
  '%UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n';

/** The same fields under names, for `accessLogEncoding: JSON` (EnvoyJSONLogFormatIstio). */
const JSON_FORMAT: JsonObject = {
  start_time: '%START_TIME%',
  route_name: '%ROUTE_NAME%',
  method: '%REQ(:METHOD)%',
  path: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
  protocol: '%PROTOCOL%',
  response_code: '%RESPONSE_CODE%',
  response_flags: '%RESPONSE_FLAGS%',
  response_code_details: '%RESPONSE_CODE_DETAILS%',
  connection_termination_details: '%CONNECTION_TERMINATION_DETAILS%',
  bytes_received: '%BYTES_RECEIVED%',
  bytes_sent: '%BYTES_SENT%',
  duration: '%DURATION%',
  upstream_service_time: '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%',
  x_forwarded_for: '%REQ(X-FORWARDED-FOR)%',
  user_agent: '%REQ(USER-AGENT)%',
  request_id: '%REQ(X-REQUEST-ID)%',
  authority: '%REQ(:AUTHORITY)%',
  upstream_host: '%UPSTREAM_HOST%',
  upstream_cluster: '%UPSTREAM_CLUSTER_RAW%',
  upstream_local_address: '%UPSTREAM_LOCAL_ADDRESS%',
  downstream_local_address: '%DOWNSTREAM_LOCAL_ADDRESS%',
  downstream_remote_address: '%DOWNSTREAM_REMOTE_ADDRESS%',
  requested_server_name: '%REQUESTED_SERVER_NAME%',
  upstream_transport_failure_reason: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
};

/**
 * The access logs of one side of a proxy: those that Telemetry objects and `defaultProviders` ask for (model/telemetry_logging.go,
 * telemetryAccessLog), else the mesh's `accessLogFile`; none unless something asks for them.
 */
export function accessLogs(snapshot: Snapshot, node: Node, side: TelemetrySide): AccessLog[] {
  const { mesh } = snapshot;
  const asked = snapshot.accessLogsOf(node, side === 'inbound' ? 'SERVER' : 'CLIENT');
  if (asked !== undefined) return asked.map((each) => fileLog(providerFile(each, mesh), each.expression));
  return mesh.accessLogFile === '' ? [] : [fileLog({ path: mesh.accessLogFile, format: formatOf(mesh) }, undefined)];
}

interface LogFile {
  readonly path: string;
  readonly format: Format;
}

/** The built-in provider has the mesh's format, others their own. */
function providerFile({ provider }: AccessLogOf, mesh: MeshSettings): LogFile {
  const { path, logFormat } = provider.envoyFileAccessLog ?? {};
  const said = provider.name === 'envoy' && logFormat === undefined ? formatOf(mesh) : providerFormat(logFormat);
  return { path: path || '/dev/stdout', format: said };
}

function providerFormat(format: LogFormat | undefined): Format {
  if (format?.labels !== undefined) {
    const labels = Object.keys(format.labels).length === 0 ? JSON_FORMAT : toJson(format.labels);
    return { case: 'jsonFormat', value: labels };
  }
  return textFormat(format?.text ?? '');
}

/** The messages' type of JSON lets it be changed. */
function toJson(labels: NonNullable<LogFormat['labels']>): JsonObject {
  const copy: unknown = structuredClone(labels);
  return isObject(copy) ? copy : JSON_FORMAT;
}

function fileLog({ path, format }: LogFile, expression: string | undefined): AccessLog {
  const file = any(FileAccessLogSchema, { path, accessLogFormat: { case: 'logFormat', value: { format } } });
  return create(AccessLogSchema, {
    name: FILE_ACCESS_LOG,
    configType: { case: 'typedConfig', value: file },
    ...(expression !== undefined && { filter: celFilter(expression) }),
  });
}

function celFilter(expression: string): Init<typeof AccessLogFilterSchema> {
  const config = any(ExpressionFilterSchema, { expression });
  return {
    filterSpecifier: {
      case: 'extensionFilter',
      value: { name: CEL_FILTER, configType: { case: 'typedConfig', value: config } },
    },
  };
}

type Format =
  | { readonly case: 'jsonFormat'; readonly value: JsonObject }
  | { readonly case: 'textFormatSource'; readonly value: { specifier: { case: 'inlineString'; value: string } } };

function formatOf(mesh: MeshSettings): Format {
  if (mesh.accessLogEncoding === 'JSON') return { case: 'jsonFormat', value: jsonFormat(mesh.accessLogFormat) };
  return textFormat(mesh.accessLogFormat);
}

function textFormat(said: string): Format {
  const text = said === '' ? TEXT_FORMAT : withNewline(said);
  return { case: 'textFormatSource', value: { specifier: { case: 'inlineString', value: text } } };
}

function withNewline(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

/** `accessLogFormat` as a JSON object of formats; Istio falls back to its own when it is none. */
function jsonFormat(said: string): JsonObject {
  if (said === '') return JSON_FORMAT;
  try {
    const parsed: unknown = JSON.parse(said);
    return isObject(parsed) ? parsed : JSON_FORMAT;
  } catch (error) {
    if (error instanceof SyntaxError) return JSON_FORMAT;
    throw error;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
