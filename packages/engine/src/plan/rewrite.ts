import type { HostRewrite, PathRewrite } from '../route/route.ts';
import type { ForwardPlan } from './plan.ts';
import { headValue, type RequestHead } from './request-head.ts';

/** The head's new path and authority, to be written upstream. */
export interface Rewrite {
  readonly path: string;
  readonly authority: string;
  /** The original path, for `x-envoy-original-path`, where the route rewrites it; also when that changed nothing. */
  readonly originalPath: string | undefined;
  /** The original authority, for `x-envoy-original-host`, where the route has one of its own for the upstream. */
  readonly originalHost: string | undefined;
  /** The original authority when it is to be appended to `x-forwarded-host`; else undefined. */
  readonly forwardedHost: string | undefined;
}

/** What the upstream sees as path and authority. `hostname` is the chosen endpoint's, for `auto_host_rewrite`. */
export function rewriteRequest(plan: ForwardPlan, head: RequestHead, hostname: string | undefined): Rewrite {
  const { action, weighted } = plan;
  const rewritesPath = action.path.kind !== 'none';
  const path = rewritesPath ? rewritePath(action.path, head.path) : head.path;
  const ofShare = weighted !== undefined && weighted.hostRewrite.kind !== 'none';
  const host = ofShare ? weighted.hostRewrite : action.host;
  const authority = host.kind === 'none' ? undefined : rewriteHost(host, head, hostname);
  // Envoy keeps the old one for a host of the route, not for one of a weighted destination.
  const originalHost = authority === undefined || ofShare ? undefined : head.authority;
  return {
    path,
    authority: authority ?? head.authority,
    originalPath: rewritesPath ? head.path : undefined,
    originalHost,
    forwardedHost: action.appendForwardedHost ? originalHost : undefined,
  };
}

/** Where the query or fragment of `path` begins. */
export function pathEnd(path: string): number {
  for (let i = 0; i < path.length; i++) {
    const c = path.charCodeAt(i);
    if (c === 63 || c === 35) return i;
  }
  return path.length;
}

/** `path` rewritten; query and fragment are kept. */
export function rewritePath(rewrite: PathRewrite, path: string): string {
  switch (rewrite.kind) {
    case 'none':
      return path;
    case 'full':
      return rewrite.path;
    case 'prefix': {
      const matched = rewrite.matchedLength < 0 ? pathEnd(path) : rewrite.matchedLength;
      return rewrite.replacement + path.slice(matched);
    }
    case 'regex': {
      const end = pathEnd(path);
      return rewrite.regex.replaceAll(path.slice(0, end), rewrite.substitution) + path.slice(end);
    }
    case 'template': {
      const end = pathEnd(path);
      const groups = rewrite.template.match.captures(path.slice(0, end));
      if (groups === undefined) return path;
      const parts = rewrite.template.parts.map((part) => (typeof part === 'string' ? part : (groups[part] ?? '')));
      return parts.join('') + path.slice(end);
    }
  }
}

/** Undefined where there is nothing to take the authority's place. */
function rewriteHost(host: HostRewrite, head: RequestHead, hostname: string | undefined): string | undefined {
  switch (host.kind) {
    case 'none':
      return undefined;
    case 'literal':
      return host.host;
    case 'auto':
      return hostname === '' ? undefined : hostname;
    case 'header': {
      const value = headValue(head, host.name);
      return value === '' ? undefined : value;
    }
    case 'path-regex':
      return host.regex.replaceAll(head.path.slice(0, pathEnd(head.path)), host.substitution);
  }
}
