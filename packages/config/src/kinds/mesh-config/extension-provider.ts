import type { JsonObject } from '../../json.ts';

/**
 * A named back end for authorization, logs, metrics or traces; exactly one of the provider fields is set.
 *
 * https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider
 */
export interface ExtensionProvider {
  readonly name?: string;
  readonly envoyExtAuthzHttp?: ExtAuthzHttpProvider;
  readonly envoyExtAuthzGrpc?: ExtAuthzGrpcProvider;
  readonly zipkin?: ZipkinProvider;
  readonly opentelemetry?: OpenTelemetryProvider;
  readonly prometheus?: JsonObject;
  readonly envoyFileAccessLog?: FileAccessLogProvider;
  readonly envoyHttpAls?: GrpcAccessLogProvider;
  readonly envoyTcpAls?: GrpcAccessLogProvider;
  readonly envoyOtelAls?: OtelAccessLogProvider;
  readonly sds?: ProviderService & { readonly name?: string };
  readonly datadog?: TracingProvider;
  readonly skywalking?: TracingProvider & { readonly accessToken?: string };
  readonly lightstep?: TracingProvider & { readonly accessToken?: string };
  readonly stackdriver?: JsonObject;
  readonly opencensus?: JsonObject;
}

/** `service` is `[namespace/]host`. */
export interface ProviderService {
  readonly service?: string;
  readonly port?: number;
}

export interface TracingProvider extends ProviderService {
  readonly maxTagLength?: number;
}

export interface ZipkinProvider extends TracingProvider {
  readonly enable64bitTraceId?: boolean;
  readonly path?: string;
  readonly traceContextOption?: 'USE_B3' | 'USE_B3_WITH_W3C_PROPAGATION';
  readonly timeoutMs?: number;
  readonly headers?: readonly ProviderHeader[];
}

export interface OpenTelemetryProvider extends TracingProvider {
  readonly http?: { readonly path?: string; readonly timeoutMs?: number; readonly headers?: readonly ProviderHeader[] };
  readonly grpc?: { readonly timeoutMs?: number; readonly initialMetadata?: readonly ProviderHeader[] };
  readonly resourceDetectors?: JsonObject;
  readonly serviceAttributeEnrichment?: 'ISTIO_CANONICAL' | 'OTEL_SEMANTIC_CONVENTIONS';
  readonly dynatraceSampler?: JsonObject;
}

export interface ProviderHeader {
  readonly name?: string;
  readonly value?: string;
  readonly envName?: string;
}

export interface ExtAuthzRequestBody {
  readonly maxRequestBytes?: number;
  readonly allowPartialMessage?: boolean;
  readonly packAsBytes?: boolean;
}

export interface ExtAuthzGrpcProvider extends ProviderService {
  readonly timeoutMs?: number;
  readonly failOpen?: boolean;
  readonly clearRouteCache?: boolean;
  readonly statusOnError?: string;
  readonly includeRequestBodyInCheck?: ExtAuthzRequestBody;
}

export interface ExtAuthzHttpProvider extends ExtAuthzGrpcProvider {
  readonly pathPrefix?: string;
  readonly includeHeadersInCheck?: readonly string[];
  readonly includeRequestHeadersInCheck?: readonly string[];
  readonly includeAdditionalHeadersInCheck?: Readonly<Record<string, string>>;
  readonly headersToUpstreamOnAllow?: readonly string[];
  readonly headersToDownstreamOnDeny?: readonly string[];
  readonly headersToDownstreamOnAllow?: readonly string[];
}

/** An access-log format: a line of text, or labels for JSON. */
export interface LogFormat {
  readonly text?: string;
  readonly labels?: JsonObject;
}

export interface FileAccessLogProvider {
  readonly path?: string;
  readonly logFormat?: LogFormat;
  readonly omitEmptyValues?: boolean;
}

export interface GrpcAccessLogProvider extends ProviderService {
  readonly logName?: string;
  readonly filterStateObjectsToLog?: readonly string[];
  readonly additionalRequestHeadersToLog?: readonly string[];
  readonly additionalResponseHeadersToLog?: readonly string[];
  readonly additionalResponseTrailersToLog?: readonly string[];
}

export interface OtelAccessLogProvider extends ProviderService {
  readonly logName?: string;
  readonly logFormat?: LogFormat;
}
