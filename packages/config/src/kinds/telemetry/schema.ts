import { decimal, duration, flag, list, map, object, oneOf, type Schema, text } from '../../schema/index.ts';
import { policySelector, policyTargetReference } from '../../shared/selector/schema.ts';
import type {
  AccessLogging,
  AccessLoggingFilter,
  CustomTag,
  EnvironmentTag,
  FormatterTag,
  HeaderTag,
  LiteralTag,
  MetricSelector,
  Metrics,
  MetricsOverride,
  ProviderRef,
  TagOverride,
  TelemetrySpec,
  Tracing,
  WorkloadModeMatch,
} from './type.ts';

export const accessLoggingFilter: Schema<AccessLoggingFilter> = object<AccessLoggingFilter>({
  expression: text(),
});

export const workloadModeMatch: Schema<WorkloadModeMatch> = object<WorkloadModeMatch>({
  mode: oneOf('CLIENT_AND_SERVER', 'CLIENT', 'SERVER'),
});

export const providerRef: Schema<ProviderRef> = object<ProviderRef>(
  {
    name: text({ min: 1 }),
  },
  { required: ['name'] },
);

export const accessLogging: Schema<AccessLogging> = object<AccessLogging>({
  disabled: flag(),
  filter: accessLoggingFilter,
  match: workloadModeMatch,
  providers: list(providerRef),
});

export const metricSelector: Schema<MetricSelector> = object<MetricSelector>(
  {
    customMetric: text({ min: 1 }),
    metric: oneOf(
      'ALL_METRICS',
      'REQUEST_COUNT',
      'REQUEST_DURATION',
      'REQUEST_SIZE',
      'RESPONSE_SIZE',
      'TCP_OPENED_CONNECTIONS',
      'TCP_CLOSED_CONNECTIONS',
      'TCP_SENT_BYTES',
      'TCP_RECEIVED_BYTES',
      'GRPC_REQUEST_MESSAGES',
      'GRPC_RESPONSE_MESSAGES',
    ),
    mode: oneOf('CLIENT_AND_SERVER', 'CLIENT', 'SERVER'),
  },
  { exclusive: [{ fields: ['metric', 'customMetric'], required: false }] },
);

export const tagOverride: Schema<TagOverride> = object<TagOverride>({
  operation: oneOf('UPSERT', 'REMOVE'),
  value: text(),
});

export const metricsOverride: Schema<MetricsOverride> = object<MetricsOverride>({
  disabled: flag(),
  match: metricSelector,
  tagOverrides: map(tagOverride),
});

export const metrics: Schema<Metrics> = object<Metrics>({
  overrides: list(metricsOverride),
  providers: list(providerRef),
  reportingInterval: duration({ minMs: 1 }),
});

export const environmentTag: Schema<EnvironmentTag> = object<EnvironmentTag>(
  {
    defaultValue: text(),
    name: text({ min: 1 }),
  },
  { required: ['name'] },
);

export const formatterTag: Schema<FormatterTag> = object<FormatterTag>(
  {
    value: text({ min: 1 }),
  },
  { required: ['value'] },
);

export const headerTag: Schema<HeaderTag> = object<HeaderTag>(
  {
    defaultValue: text(),
    name: text({ min: 1 }),
  },
  { required: ['name'] },
);

export const literalTag: Schema<LiteralTag> = object<LiteralTag>(
  {
    value: text({ min: 1 }),
  },
  { required: ['value'] },
);

export const customTag: Schema<CustomTag> = object<CustomTag>(
  {
    environment: environmentTag,
    formatter: formatterTag,
    header: headerTag,
    literal: literalTag,
  },
  { exclusive: [{ fields: ['literal', 'environment', 'header', 'formatter'], required: false }] },
);

export const tracing: Schema<Tracing> = object<Tracing>({
  customTags: map(customTag),
  disableContextPropagation: flag(),
  disableSpanReporting: flag(),
  enableIstioTags: flag(),
  match: workloadModeMatch,
  providers: list(providerRef),
  randomSamplingPercentage: decimal({ min: 0, max: 100 }),
  useRequestIdForTraceSampling: flag(),
});

export const telemetrySpec: Schema<TelemetrySpec> = object<TelemetrySpec>({
  accessLogging: list(accessLogging),
  metrics: list(metrics),
  selector: policySelector,
  targetRef: policyTargetReference,
  targetRefs: list(policyTargetReference, { max: 16 }),
  tracing: list(tracing),
});
