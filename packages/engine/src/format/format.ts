/** Facts of a stream that command operators name; who has the stream answers them. */
export const STREAM_OPERATORS = [
  'BYTES_RECEIVED',
  'BYTES_SENT',
  'CONNECTION_ID',
  'CONNECTION_TERMINATION_DETAILS',
  'DOWNSTREAM_DIRECT_REMOTE_ADDRESS',
  'DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT',
  'DOWNSTREAM_LOCAL_ADDRESS',
  'DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT',
  'DOWNSTREAM_LOCAL_PORT',
  'DOWNSTREAM_LOCAL_SUBJECT',
  'DOWNSTREAM_LOCAL_URI_SAN',
  'DOWNSTREAM_PEER_CERT',
  'DOWNSTREAM_PEER_FINGERPRINT_256',
  'DOWNSTREAM_PEER_ISSUER',
  'DOWNSTREAM_PEER_SERIAL',
  'DOWNSTREAM_PEER_SUBJECT',
  'DOWNSTREAM_PEER_URI_SAN',
  'DOWNSTREAM_REMOTE_ADDRESS',
  'DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT',
  'DOWNSTREAM_REMOTE_PORT',
  'DOWNSTREAM_TLS_CIPHER',
  'DOWNSTREAM_TLS_VERSION',
  'DURATION',
  'FILTER_CHAIN_NAME',
  'GRPC_STATUS',
  'GRPC_STATUS_NUMBER',
  'HOSTNAME',
  'PROTOCOL',
  'REQUESTED_SERVER_NAME',
  'REQUEST_DURATION',
  'RESPONSE_CODE',
  'RESPONSE_CODE_DETAILS',
  'RESPONSE_DURATION',
  'RESPONSE_FLAGS',
  'RESPONSE_TX_DURATION',
  'ROUTE_NAME',
  'START_TIME',
  'STREAM_ID',
  'TRACE_ID',
  'UPSTREAM_CLUSTER',
  'UPSTREAM_HOST',
  'UPSTREAM_LOCAL_ADDRESS',
  'UPSTREAM_PROTOCOL',
  'UPSTREAM_REMOTE_ADDRESS',
  'UPSTREAM_REQUEST_ATTEMPT_COUNT',
  'UPSTREAM_TRANSPORT_FAILURE_REASON',
  'VIRTUAL_CLUSTER_NAME',
] as const;
export type StreamOperator = (typeof STREAM_OPERATORS)[number];

/** What a format is rendered against. */
export interface FormatContext {
  readonly requestHeaders: readonly string[];
  readonly method: string;
  readonly path: string;
  readonly authority: string;
  readonly scheme: string;
  /** Undefined before there is a response. */
  readonly responseHeaders: readonly string[] | undefined;
  readonly responseTrailers: readonly string[] | undefined;
  /** The fact, or undefined when it is not known (yet). `argument` is what stood in parentheses. */
  stream(operator: StreamOperator, argument: string | undefined): string | undefined;
  /** `DYNAMIC_METADATA(ns:key…)` and `FILTER_STATE(key)`. */
  metadata(source: MetadataOperator, path: readonly string[]): string | undefined;
  environment(name: string): string | undefined;
}

export const METADATA_OPERATORS = [
  'DYNAMIC_METADATA',
  'CLUSTER_METADATA',
  'UPSTREAM_METADATA',
  'FILTER_STATE',
] as const;
export type MetadataOperator = (typeof METADATA_OPERATORS)[number];

export type FormatPart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'request' | 'response' | 'trailer';
      /** Lower-case. */
      readonly name: string;
      /** Used when the first is missing: `%REQ(X?Y)%`. */
      readonly orName: string | undefined;
      readonly maxLength: number | undefined;
    }
  | {
      readonly kind: 'stream';
      readonly operator: StreamOperator;
      readonly argument: string | undefined;
      readonly maxLength: number | undefined;
    }
  | {
      readonly kind: 'metadata';
      readonly source: MetadataOperator;
      readonly path: readonly string[];
      readonly maxLength: number | undefined;
    }
  | { readonly kind: 'environment'; readonly name: string; readonly maxLength: number | undefined };

/** A format string with command operators (`%REQ(X-ID)%`), compiled. `literal` is set when it has none. */
export interface Format {
  readonly literal: string | undefined;
  readonly parts: readonly FormatPart[];
}
