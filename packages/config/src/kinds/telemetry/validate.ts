import { celProblem } from '../../checks/cel.ts';
import { checkAttachment } from '../../checks/selector.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import type {
  AccessLogging,
  CustomTag,
  Metrics,
  MetricsOverride,
  ProviderRef,
  TelemetrySpec,
  Tracing,
} from './type.ts';

/** What the Istio API documents for Telemetry, and its webhook enforces. */
export function validateTelemetry(spec: TelemetrySpec, _metadata: ObjectMeta, report: Report): void {
  checkAttachment(spec, report);
  for (const [i, metrics] of (spec.metrics ?? []).entries()) checkMetrics(metrics, `spec.metrics[${i}]`, report);
  const tracing = spec.tracing ?? [];
  if (tracing.length > 1)
    report.warning('spec.tracing', 'no-effect', 'multiple tracing entries are not supported: one is used');
  for (const [i, entry] of tracing.entries()) checkTracing(entry, `spec.tracing[${i}]`, report);
  for (const [i, logging] of (spec.accessLogging ?? []).entries())
    checkLogging(logging, `spec.accessLogging[${i}]`, report);
}

function checkProviders(providers: readonly ProviderRef[] | undefined, at: string, report: Report): void {
  for (const [i, { name = '' }] of (providers ?? []).entries()) {
    if (name === '') report.error(`${at}.providers[${i}].name`, 'missing-field', 'a provider must have a name');
  }
}

function checkLogging(logging: AccessLogging, at: string, report: Report): void {
  checkProviders(logging.providers, at, report);
  if (logging.filter === undefined) return;
  const problem = celProblem(logging.filter.expression ?? '');
  if (problem !== undefined) {
    report.error(`${at}.filter.expression`, 'invalid-cel', `not a valid CEL expression: ${problem}`);
  }
}

function checkTracing(tracing: Tracing, at: string, report: Report): void {
  if ((tracing.providers ?? []).length > 1) {
    report.warning(`${at}.providers`, 'no-effect', 'multiple providers are not supported: one is used');
  }
  checkProviders(tracing.providers, at, report);
  const sampling = tracing.randomSamplingPercentage ?? 0;
  if (sampling < 0 || sampling > 100) {
    report.error(
      `${at}.randomSamplingPercentage`,
      'out-of-range',
      'randomSamplingPercentage must be in the range 0..100',
    );
  }
  for (const [name, tag] of Object.entries(tracing.customTags ?? {})) {
    if (name === '') report.error(`${at}.customTags`, 'missing-field', 'a tag must have a name');
    checkCustomTag(tag, `${at}.customTags.${name}`, report);
  }
}

function checkCustomTag(tag: CustomTag, at: string, report: Report): void {
  const empty = (value: string | undefined): boolean => (value ?? '') === '';
  if (tag.literal !== undefined && empty(tag.literal.value)) {
    report.error(`${at}.literal.value`, 'missing-field', 'a literal tag must have a value');
  }
  if (tag.header !== undefined && empty(tag.header.name)) {
    report.error(`${at}.header.name`, 'missing-field', 'a header tag must name a header');
  }
  if (tag.environment !== undefined && empty(tag.environment.name)) {
    report.error(`${at}.environment.name`, 'missing-field', 'an environment tag must name a variable');
  }
}

function checkMetrics(metrics: Metrics, at: string, report: Report): void {
  checkProviders(metrics.providers, at, report);
  for (const [i, override] of (metrics.overrides ?? []).entries())
    checkOverride(override, `${at}.overrides[${i}]`, report);
}

function checkOverride(override: MetricsOverride, at: string, report: Report): void {
  for (const [name, tag] of Object.entries(override.tagOverrides ?? {})) {
    const path = `${at}.tagOverrides.${name}`;
    if (name === '') report.warning(`${at}.tagOverrides`, 'missing-field', 'a tag must have a name');
    const value = tag.value ?? '';
    if ((tag.operation ?? 'UPSERT') === 'UPSERT' && value === '') {
      report.error(`${path}.value`, 'missing-field', 'value must be set when operation is UPSERT');
    }
    if (tag.operation === 'REMOVE' && value !== '') {
      report.error(`${path}.value`, 'conflicting-fields', 'value must not be set when operation is REMOVE');
    }
  }
  if (override.match?.customMetric === '') {
    report.error(`${at}.match.customMetric`, 'missing-field', 'customMetric must not be empty');
  }
}
