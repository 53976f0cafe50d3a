import type { PolicySelector, PolicyTargetReference } from '../../shared/selector/type.ts';

/**
 * Metrics, access logs and traces.
 *
 * https://istio.io/latest/docs/reference/config/telemetry/
 */
export interface TelemetrySpec {
  readonly accessLogging?: readonly AccessLogging[];
  readonly metrics?: readonly Metrics[];
  readonly selector?: PolicySelector;
  readonly targetRef?: PolicyTargetReference;
  readonly targetRefs?: readonly PolicyTargetReference[];
  readonly tracing?: readonly Tracing[];
}

/** Spans of some requests. */
export interface Tracing {
  readonly customTags?: Readonly<Record<string, CustomTag>>;
  readonly disableContextPropagation?: boolean;
  readonly disableSpanReporting?: boolean;
  readonly enableIstioTags?: boolean;
  readonly match?: WorkloadModeMatch;
  readonly providers?: readonly ProviderRef[];
  readonly randomSamplingPercentage?: number;
  readonly useRequestIdForTraceSampling?: boolean;
}

/** Where the value of a tag comes from. */
export interface CustomTag {
  readonly environment?: EnvironmentTag;
  readonly formatter?: FormatterTag;
  readonly header?: HeaderTag;
  readonly literal?: LiteralTag;
}

/** A fixed value. */
export interface LiteralTag {
  readonly value?: string;
}

/** From a request header. */
export interface HeaderTag {
  readonly defaultValue?: string;
  readonly name?: string;
}

/** An access-log format string. */
export interface FormatterTag {
  readonly value?: string;
}

/** From the environment of the proxy. */
export interface EnvironmentTag {
  readonly defaultValue?: string;
  readonly name?: string;
}

/** Metrics of some providers. */
export interface Metrics {
  readonly overrides?: readonly MetricsOverride[];
  readonly providers?: readonly ProviderRef[];
  readonly reportingIntervalMs?: number;
}

/** A change to a metric. */
export interface MetricsOverride {
  readonly disabled?: boolean;
  readonly match?: MetricSelector;
  readonly tagOverrides?: Readonly<Record<string, TagOverride>>;
}

/** Add, change or remove a tag. */
export interface TagOverride {
  readonly operation?: 'UPSERT' | 'REMOVE';
  readonly value?: string;
}

/** Which metric, in which direction. */
export interface MetricSelector {
  readonly customMetric?: string;
  readonly metric?:
    | 'ALL_METRICS'
    | 'REQUEST_COUNT'
    | 'REQUEST_DURATION'
    | 'REQUEST_SIZE'
    | 'RESPONSE_SIZE'
    | 'TCP_OPENED_CONNECTIONS'
    | 'TCP_CLOSED_CONNECTIONS'
    | 'TCP_SENT_BYTES'
    | 'TCP_RECEIVED_BYTES'
    | 'GRPC_REQUEST_MESSAGES'
    | 'GRPC_RESPONSE_MESSAGES';
  readonly mode?: 'CLIENT_AND_SERVER' | 'CLIENT' | 'SERVER';
}

/** Access logs of some requests. */
export interface AccessLogging {
  readonly disabled?: boolean;
  readonly filter?: AccessLoggingFilter;
  readonly match?: WorkloadModeMatch;
  readonly providers?: readonly ProviderRef[];
}

/** The name of a telemetry provider. */
export interface ProviderRef {
  readonly name?: string;
}

/** The direction of traffic. */
export interface WorkloadModeMatch {
  readonly mode?: 'CLIENT_AND_SERVER' | 'CLIENT' | 'SERVER';
}

/** A CEL expression that must be true for a request to be logged. */
export interface AccessLoggingFilter {
  readonly expression?: string;
}
