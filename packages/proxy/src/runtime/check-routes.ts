/** What engine understands of routes and this data plane does not enforce yet: refused by name, so that nobody relies on it. */
import { Issues, type RouteTable } from '@weft/engine';
import type { Outcome } from './cluster-manager.ts';

export function unenforcedRoutes(table: RouteTable): Outcome {
  const issues = new Issues(`RouteConfiguration ${table.name}`);
  for (const [i, host] of table.virtualHosts.entries()) {
    for (const [j, { action }] of host.routes.entries()) {
      if (action.kind !== 'forward') continue;
      const at = `virtual_hosts[${i}].routes[${j}].route`;
      if ((action.maxStreamDurationMs ?? 0) > 0)
        issues.error(`${at}.max_stream_duration`, 'unsupported-field', 'is not supported yet');
      if ((action.retry?.perTryIdleTimeoutMs ?? 0) > 0) {
        issues.error(
          `${at}.retry_policy.per_try_idle_timeout`,
          'unsupported-field',
          'is not supported yet',
          'per_try_timeout',
        );
      }
    }
  }
  return issues.list;
}
