import type { FormatContext } from '../format/format.ts';
import { applyHeaderOps } from '../format/header-ops.ts';
import type { ForwardPlan, Plan } from './plan.ts';

/** @hot Applies a plan's operations on request headers to `headers` (`[name, value, …]`) in place; before the rewrite, as Envoy does. */
export function applyRequestHeaders(plan: ForwardPlan, headers: string[], context: FormatContext): void {
  const ops = plan.weighted === undefined ? plan.action.requestHeaders : plan.weighted.requestHeaders;
  if (ops !== undefined) applyHeaderOps(ops, headers, context);
}

/** @hot Applies a plan's operations on response headers in place. Replies without a route have none. */
export function applyResponseHeaders(plan: Plan, headers: string[], context: FormatContext): void {
  if (plan.route === undefined) return;
  const weighted = plan.kind === 'forward' ? plan.weighted : undefined;
  const ops = weighted === undefined ? plan.route.responseHeaders : weighted.responseHeaders;
  if (ops !== undefined) applyHeaderOps(ops, headers, context);
}
