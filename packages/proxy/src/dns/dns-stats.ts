import { StatScope } from '../telemetry/registry.ts';
import type { Counter } from '../telemetry/stat.ts';
import type { DnsStats } from './dns-proxy.ts';

/** `dns.*`; in Prometheus `dns_requests_total` and so on, as Istio's agent has them (pkg/dns/client/monitoring.go). */
export class DnsStatScope extends StatScope implements DnsStats {
  readonly requests: Counter = this.counter('requests_total');
  readonly upstreamRequests: Counter = this.counter('upstream_requests_total');
  readonly upstreamFailures: Counter = this.counter('upstream_failures_total');
  readonly malformed: Counter = this.counter('malformed_total');

  constructor() {
    super('dns.', 'dns_', []);
  }
}
