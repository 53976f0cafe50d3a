import type { RedirectAction, Route, VirtualHost } from '../route/route.ts';
import type { RedirectPlan } from './plan.ts';
import type { RequestHead } from './request-head.ts';
import { pathEnd, rewritePath } from './rewrite.ts';

/** `require_tls`: 301 to the same host and path with https. */
export function planTlsRedirect(virtualHost: VirtualHost, head: RequestHead): RedirectPlan {
  return {
    kind: 'redirect',
    reason: 'require-tls',
    virtualHost,
    route: undefined,
    status: 301,
    location: `https://${head.authority}${head.path}`,
    filterConfigs: virtualHost.filterConfigs,
  };
}

export function planRedirect(
  virtualHost: VirtualHost,
  route: Route,
  action: RedirectAction,
  head: RequestHead,
): RedirectPlan {
  return {
    kind: 'redirect',
    reason: 'route',
    virtualHost,
    route,
    status: action.status,
    location: redirectLocation(action, head),
    filterConfigs: route.filterConfigs,
  };
}

function redirectLocation(action: RedirectAction, head: RequestHead): string {
  const scheme = action.scheme ?? (action.httpsRedirect ? 'https' : head.scheme);
  const host = action.host ?? hostForRedirect(action, head, scheme);
  const port = action.port === undefined ? '' : `:${action.port}`;
  return `${scheme}://${host}${port}${redirectPath(action, head)}`;
}

/**
 * The request's host. Its port goes when another is given, and when it is the old scheme's default and the scheme changes
 * (RedirectAction: "if the source URI scheme is http and the port is explicitly set to :80, the port will be removed").
 */
function hostForRedirect(action: RedirectAction, head: RequestHead, scheme: string): string {
  const host = head.authority;
  const colon = host.lastIndexOf(':');
  if (colon < 0 || host.indexOf(']', colon) >= 0) return host;
  const port = host.slice(colon);
  const defaultOfOld = (head.scheme === 'http' && port === ':80') || (head.scheme === 'https' && port === ':443');
  return action.port !== undefined || (scheme !== head.scheme && defaultOfOld) ? host.slice(0, colon) : host;
}

function redirectPath(action: RedirectAction, head: RequestHead): string {
  const end = pathEnd(head.path);
  const rest = head.path.slice(end);
  if (action.path.kind === 'full') {
    // A query in path_redirect takes the place of the request's, and strip_query does not touch it.
    return action.path.hasQuery || action.stripQuery ? action.path.path : action.path.path + rest;
  }
  const path = rewritePath(action.path, head.path);
  return action.stripQuery ? path.slice(0, pathEnd(path)) : path;
}
