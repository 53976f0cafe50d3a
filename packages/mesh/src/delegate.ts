import type { HttpMatchRequest, HttpRoute, StringMatch } from '@weft/config';
import { destinationsOf, type HttpRule, type OriginalMatch, type VirtualService } from './virtual-service.ts';

/** Whether some of its rules are carried by other VirtualServices. */
export function hasDelegates(service: VirtualService): boolean {
  return service.http.some(({ rule }) => rule.delegate !== undefined);
}

/**
 * Replaces each `delegate` rule by the rules of the VirtualService it names (one level). A delegate's match must be a
 * subset of the root's; one that is not has no effect (pilot/pkg/model/virtualservice.go, MergeHTTPRoutes).
 */
export function mergeDelegates(
  root: VirtualService,
  find: (namespace: string, name: string) => VirtualService | undefined,
): VirtualService {
  const http = root.http.flatMap((rule) => {
    const { delegate } = rule.rule;
    if (delegate === undefined) return [rule];
    const target = find(delegate.namespace || root.namespace, delegate.name ?? '');
    return target === undefined ? [] : target.http.flatMap((leaf) => mergeRule(rule, leaf));
  });
  return { ...root, http, destinations: destinationsOf(http, [...root.tls, ...root.tcp]) };
}

function mergeRule(root: HttpRule, leaf: HttpRule): readonly HttpRule[] {
  const matches = mergeMatches(root.matches, leaf.matches);
  if (matches === undefined) return [];
  const { delegate: _delegate, match: _match, ...inherited } = root.rule;
  const name = joinNames(root.rule.name, leaf.rule.name);
  const rule: HttpRoute = { ...inheritable(inherited), ...leaf.rule, ...(name !== '' && { name }) };
  return [{ rule, origin: leaf.origin, matches }];
}

/** What a delegate takes from its root unless it says otherwise. */
function inheritable(root: HttpRoute): HttpRoute {
  const { rewrite, directResponse, timeoutMs, retries, fault, mirror, mirrors } = root;
  const { mirrorPercent, mirrorPercentage, corsPolicy, headers } = root;
  return {
    ...(rewrite && { rewrite }),
    ...(directResponse && { directResponse }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(retries && { retries }),
    ...(fault && { fault }),
    ...(mirror && { mirror }),
    ...(mirrors && { mirrors }),
    ...(mirrorPercent !== undefined && { mirrorPercent }),
    ...(mirrorPercentage && { mirrorPercentage }),
    ...(corsPolicy && { corsPolicy }),
    ...(headers && { headers }),
  };
}

function joinNames(root: string | undefined, leaf: string | undefined): string {
  return [root, leaf].filter((part) => part !== undefined && part !== '').join('-');
}

/** Undefined when some match of the delegate lies outside every match of the root. */
function mergeMatches(
  root: readonly OriginalMatch[],
  leaf: readonly OriginalMatch[],
): readonly OriginalMatch[] | undefined {
  if (root.length === 0) return leaf;
  if (leaf.length === 0) return root;
  const merged: OriginalMatch[] = [];
  for (const sub of leaf) {
    const inside = root.filter((each) => !conflicts(each.match, sub.match));
    if (inside.length === 0) return undefined;
    for (const each of inside) merged.push({ match: mergeMatch(each.match, sub.match), origin: sub.origin });
  }
  return merged;
}

function mergeMatch(root: HttpMatchRequest, leaf: HttpMatchRequest): HttpMatchRequest {
  const name = joinNames(root.name, leaf.name);
  return {
    ...root,
    ...leaf,
    ...(name !== '' && { name }),
    headers: { ...root.headers, ...leaf.headers },
    withoutHeaders: { ...root.withoutHeaders, ...leaf.withoutHeaders },
    queryParams: { ...root.queryParams, ...leaf.queryParams },
    sourceLabels: { ...root.sourceLabels, ...leaf.sourceLabels },
  };
}

function conflicts(root: HttpMatchRequest, leaf: HttpMatchRequest): boolean {
  return (
    textConflicts(root.uri, leaf.uri) ||
    textConflicts(root.scheme, leaf.scheme) ||
    textConflicts(root.method, leaf.method) ||
    textConflicts(root.authority, leaf.authority) ||
    mapConflicts(root.headers, leaf.headers) ||
    mapConflicts(root.withoutHeaders, leaf.withoutHeaders) ||
    mapConflicts(root.queryParams, leaf.queryParams) ||
    (root.ignoreUriCase ?? false) !== (leaf.ignoreUriCase ?? false) ||
    (!!root.port && !!leaf.port && root.port !== leaf.port) ||
    (!!root.sourceNamespace && leaf.sourceNamespace !== root.sourceNamespace) ||
    labelConflicts(root.sourceLabels, leaf.sourceLabels) ||
    gatewayConflicts(root.gateways, leaf.gateways)
  );
}

type Matches = Readonly<Record<string, StringMatch>> | undefined;

function mapConflicts(root: Matches, leaf: Matches): boolean {
  return Object.entries(leaf ?? {}).some(([name, match]) => textConflicts(root?.[name], match));
}

type Labels = Readonly<Record<string, string>> | undefined;

function labelConflicts(root: Labels, leaf: Labels): boolean {
  return Object.entries(leaf ?? {}).some(([name, value]) => (root?.[name] ?? value) !== value);
}

function gatewayConflicts(root: readonly string[] = [], leaf: readonly string[] = []): boolean {
  if (root.length === 0 || leaf.length === 0) return false;
  return root.length < leaf.length || leaf.some((gateway) => !root.includes(gateway));
}

/** Whether `leaf` may match something that `root` does not. */
function textConflicts(root: StringMatch | undefined, leaf: StringMatch | undefined): boolean {
  if (root === undefined || leaf === undefined) return false;
  if (root.regex || leaf.regex) return true;
  if (root.exact) return leaf.exact !== root.exact;
  if (root.prefix) return !(leaf.prefix || leaf.exact || '').startsWith(root.prefix);
  return true;
}
