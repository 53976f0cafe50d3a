import {
  duration,
  type Fields,
  flag,
  integer,
  json,
  list,
  map,
  object,
  oneOf,
  type Schema,
  text,
} from '../../schema/index.ts';
import type {
  ExtAuthzGrpcProvider,
  ExtAuthzHttpProvider,
  ExtAuthzRequestBody,
  ExtensionProvider,
  FileAccessLogProvider,
  GrpcAccessLogProvider,
  LogFormat,
  OpenTelemetryProvider,
  OtelAccessLogProvider,
  ProviderHeader,
  ProviderService,
  TracingProvider,
  ZipkinProvider,
} from './extension-provider.ts';

const logFormat: Schema<LogFormat> = object<LogFormat>({ text: text(), labels: json() });

const providerServiceFields: Fields<ProviderService> = { service: text(), port: integer() };

const otelAccessLogProvider: Schema<OtelAccessLogProvider> = object<OtelAccessLogProvider>({
  ...providerServiceFields,
  logName: text(),
  logFormat: logFormat,
});

const grpcAccessLogProvider: Schema<GrpcAccessLogProvider> = object<GrpcAccessLogProvider>({
  ...providerServiceFields,
  logName: text(),
  filterStateObjectsToLog: list(text()),
  additionalRequestHeadersToLog: list(text()),
  additionalResponseHeadersToLog: list(text()),
  additionalResponseTrailersToLog: list(text()),
});

const fileAccessLogProvider: Schema<FileAccessLogProvider> = object<FileAccessLogProvider>({
  path: text(),
  logFormat: logFormat,
  omitEmptyValues: flag(),
});

const extAuthzRequestBody: Schema<ExtAuthzRequestBody> = object<ExtAuthzRequestBody>({
  maxRequestBytes: integer(),
  allowPartialMessage: flag(),
  packAsBytes: flag(),
});

const extAuthzGrpcProviderFields: Fields<ExtAuthzGrpcProvider> = {
  ...providerServiceFields,
  timeout: duration(),
  failOpen: flag(),
  clearRouteCache: flag(),
  statusOnError: text(),
  includeRequestBodyInCheck: extAuthzRequestBody,
};

const extAuthzHttpProvider: Schema<ExtAuthzHttpProvider> = object<ExtAuthzHttpProvider>({
  ...extAuthzGrpcProviderFields,
  pathPrefix: text(),
  includeHeadersInCheck: list(text()),
  includeRequestHeadersInCheck: list(text()),
  includeAdditionalHeadersInCheck: map(text()),
  headersToUpstreamOnAllow: list(text()),
  headersToDownstreamOnDeny: list(text()),
  headersToDownstreamOnAllow: list(text()),
});

const extAuthzGrpcProvider: Schema<ExtAuthzGrpcProvider> = object<ExtAuthzGrpcProvider>(extAuthzGrpcProviderFields);

const providerHeader: Schema<ProviderHeader> = object<ProviderHeader>({ name: text(), value: text(), envName: text() });

const tracingProviderFields: Fields<TracingProvider> = { ...providerServiceFields, maxTagLength: integer() };

const openTelemetryProvider: Schema<OpenTelemetryProvider> = object<OpenTelemetryProvider>({
  ...tracingProviderFields,
  http: object<NonNullable<OpenTelemetryProvider['http']>>({
    path: text(),
    timeout: duration(),
    headers: list(providerHeader),
  }),
  grpc: object<NonNullable<OpenTelemetryProvider['grpc']>>({
    timeout: duration(),
    initialMetadata: list(providerHeader),
  }),
  resourceDetectors: json(),
  serviceAttributeEnrichment: oneOf('ISTIO_CANONICAL', 'OTEL_SEMANTIC_CONVENTIONS'),
  dynatraceSampler: json(),
});

const zipkinProvider: Schema<ZipkinProvider> = object<ZipkinProvider>({
  ...tracingProviderFields,
  enable64bitTraceId: flag(),
  path: text(),
  traceContextOption: oneOf('USE_B3', 'USE_B3_WITH_W3C_PROPAGATION'),
  timeout: duration(),
  headers: list(providerHeader),
});

const tracingProvider: Schema<TracingProvider> = object<TracingProvider>(tracingProviderFields);

export const extensionProvider: Schema<ExtensionProvider> = object<ExtensionProvider>({
  name: text(),
  envoyExtAuthzHttp: extAuthzHttpProvider,
  envoyExtAuthzGrpc: extAuthzGrpcProvider,
  zipkin: zipkinProvider,
  opentelemetry: openTelemetryProvider,
  prometheus: json(),
  envoyFileAccessLog: fileAccessLogProvider,
  envoyHttpAls: grpcAccessLogProvider,
  envoyTcpAls: grpcAccessLogProvider,
  envoyOtelAls: otelAccessLogProvider,
  sds: object<NonNullable<ExtensionProvider['sds']>>({ ...providerServiceFields, name: text() }),
  datadog: tracingProvider,
  skywalking: object<NonNullable<ExtensionProvider['skywalking']>>({ ...tracingProviderFields, accessToken: text() }),
  lightstep: object<NonNullable<ExtensionProvider['lightstep']>>({ ...tracingProviderFields, accessToken: text() }),
  stackdriver: json(),
  opencensus: json(),
});
