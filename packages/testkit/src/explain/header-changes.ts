import {
  applyRequestHeaders,
  applyResponseHeaders,
  type FormatContext,
  type ForwardPlan,
  type Plan,
  type RequestHead,
} from '@weft/engine';
import type { HeaderChanges } from './explanation.ts';

/** Command operators that a request which was never sent can answer. */
function formatOf(head: RequestHead, source: string): FormatContext {
  return {
    requestHeaders: head.headers,
    method: head.method,
    path: head.path,
    authority: head.authority,
    scheme: head.scheme,
    responseHeaders: undefined,
    responseTrailers: undefined,
    stream: (operator) =>
      operator === 'DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT' ||
      operator === 'DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT'
        ? source
        : undefined,
    metadata: () => undefined,
    environment: () => undefined,
  };
}

/** The request's headers as the upstream gets them, and what was done to them. */
export function changeRequest(
  plan: ForwardPlan,
  head: RequestHead,
  source: string,
): { readonly headers: readonly string[]; readonly changes: HeaderChanges } {
  const headers = [...head.headers];
  applyRequestHeaders(plan, headers, formatOf(head, source));
  return { headers, changes: difference(head.headers, headers) };
}

/** What is done to an answer; removals of headers that only the application knows are named as well. */
export function changeResponse(plan: Plan, head: RequestHead, source: string): HeaderChanges {
  const headers: string[] = [];
  applyResponseHeaders(plan, headers, formatOf(head, source));
  const weighted = plan.kind === 'forward' ? plan.weighted?.responseHeaders : undefined;
  const ops = weighted ?? plan.route?.responseHeaders;
  const removed = (ops ?? []).flatMap((op) => (op.kind === 'remove' ? [op.name] : []));
  return { added: difference([], headers).added, removed };
}

function difference(before: readonly string[], after: readonly string[]): HeaderChanges {
  const [old, now] = [byName(before), byName(after)];
  const added = Object.fromEntries([...now].filter(([name, value]) => old.get(name) !== value));
  return { added, removed: [...old.keys()].filter((name) => !now.has(name)) };
}

/** Values of one name joined as RFC 9110 §5.3 does. */
function byName(headers: readonly string[]): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const known = map.get(name);
    map.set(name, known === undefined ? (headers[i + 1] ?? '') : `${known}, ${headers[i + 1] ?? ''}`);
  }
  return map;
}
