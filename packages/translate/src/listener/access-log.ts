import { create, type JsonObject } from '@bufbuild/protobuf';
import type { MeshSettings } from '@weft/mesh';
import { type AccessLog, AccessLogSchema } from '@weft/xds/gen/envoy/config/accesslog/v3/accesslog_pb';
import { FileAccessLogSchema } from '@weft/xds/gen/envoy/extensions/access_loggers/file/v3/file_pb';
import { any } from '../wire/any.ts';
import { FILE_ACCESS_LOG } from './filter-names.ts';

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

/** `meshConfig.accessLogFile` → access logs; none unless it is set (FileAccessLogFromMeshConfig). */
export function accessLogs(mesh: MeshSettings): AccessLog[] {
  if (mesh.accessLogFile === '') return [];
  const file = any(FileAccessLogSchema, {
    path: mesh.accessLogFile,
    accessLogFormat: { case: 'logFormat', value: { format: formatOf(mesh) } },
  });
  return [create(AccessLogSchema, { name: FILE_ACCESS_LOG, configType: { case: 'typedConfig', value: file } })];
}

type Format =
  | { readonly case: 'jsonFormat'; readonly value: JsonObject }
  | { readonly case: 'textFormatSource'; readonly value: { specifier: { case: 'inlineString'; value: string } } };

function formatOf(mesh: MeshSettings): Format {
  if (mesh.accessLogEncoding === 'JSON') return { case: 'jsonFormat', value: jsonFormat(mesh.accessLogFormat) };
  const text = mesh.accessLogFormat === '' ? TEXT_FORMAT : withNewline(mesh.accessLogFormat);
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
