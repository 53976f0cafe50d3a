import { checkAttachment } from '../../checks/selector.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import type { ProxyConfigSpec } from './type.ts';

/** What the Istio API documents for ProxyConfig, and its webhook enforces. */
export function validateProxyConfig(spec: ProxyConfigSpec, _metadata: ObjectMeta, report: Report): void {
  checkAttachment(spec, report);
  if ((spec.concurrency ?? 0) < 0) report.error('spec.concurrency', 'out-of-range', 'concurrency must not be negative');
}
