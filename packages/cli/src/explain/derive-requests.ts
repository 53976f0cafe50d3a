import { type HttpMatchRequest, type Resource, resourcesOf, type StringMatch } from '@weft/config';
import type { CallerLabels, MeshRequest } from '@weft/testing';

/** One request for each match of each rule, and one for each port of a service. What cannot be guessed, such as a text that a regex takes, is told. */
export interface DerivedRequests {
  readonly requests: readonly MeshRequest[];
  /** Matches that no request was found for. */
  readonly skipped: readonly string[];
}

type VirtualService = Resource<'VirtualService'>;

export function deriveRequests(resources: readonly Resource[]): DerivedRequests {
  const requests: MeshRequest[] = [];
  const skipped: string[] = [];
  for (const virtualService of resourcesOf(resources, 'VirtualService')) {
    for (const [i, rule] of (virtualService.spec.http ?? []).entries()) {
      const matches = rule.match ?? [];
      for (const [j, match] of (matches.length === 0 ? [{}] : matches).entries()) {
        const made = requestsOf(virtualService, match, resources);
        requests.push(...made);
        const { namespace, name } = virtualService.metadata;
        if (made.length === 0) skipped.push(`VirtualService ${namespace}/${name} spec.http[${i}].match[${j}]`);
      }
    }
    requests.push(...bytesRequests(virtualService, resources));
  }
  for (const service of resourcesOf(resources, 'Service')) requests.push(...serviceRequests(service));
  const unique = new Map(requests.map((request) => [JSON.stringify(request), request]));
  return { requests: [...unique.values()], skipped };
}

function requestsOf(
  virtualService: VirtualService,
  match: HttpMatchRequest,
  resources: readonly Resource[],
): readonly MeshRequest[] {
  const path = match.uri === undefined ? '/' : textFor(match.uri, 'probe');
  const method = match.method === undefined ? 'GET' : textFor(match.method, '');
  const headers = headersFor(match.headers ?? {});
  const query = queryFor(match.queryParams ?? {});
  const authority = match.authority === undefined ? undefined : textFor(match.authority, '.example.com');
  const parts = [path, method, headers, query];
  if (parts.includes(undefined) || (match.authority !== undefined && authority === undefined)) return [];
  return callersOf(virtualService, match, resources).map(({ from, host, port }) => ({
    from,
    url: `http://${authority ?? concrete(host)}:${match.port ?? port}${path?.startsWith('/') === true ? path : `/${path}`}${query}`,
    method: method ?? 'GET',
    headers: headers ?? {},
  }));
}

/** A text that the match takes; undefined where only a regex could tell. */
function textFor({ exact, prefix, regex }: StringMatch, tail: string): string | undefined {
  if (exact !== undefined) return exact;
  if (prefix !== undefined) return prefix === '/' ? '/' : `${prefix}${prefix.endsWith('/') ? tail : ''}`;
  if (regex === undefined) return tail;
  // A regex without special signs but dots, and one that takes anything, have an obvious text.
  if (/^[\w./-]+$/.test(regex)) return regex;
  return /^\^?\.[*+]\$?$/.test(regex) ? tail || 'x' : undefined;
}

function headersFor(matches: Readonly<Record<string, StringMatch>>): Readonly<Record<string, string>> | undefined {
  const headers: Record<string, string> = {};
  for (const [name, match] of Object.entries(matches)) {
    const text = textFor(match, 'x');
    if (text === undefined) return undefined;
    headers[name] = text;
  }
  return headers;
}

function queryFor(matches: Readonly<Record<string, StringMatch>>): string | undefined {
  const params = new URLSearchParams();
  for (const [name, match] of Object.entries(matches)) {
    const text = textFor(match, 'x');
    if (text === undefined) return undefined;
    params.set(name, text);
  }
  return params.size === 0 ? '' : `?${params}`;
}

/** `*.example.com` → a host that it takes. */
function concrete(host: string): string {
  if (host === '*') return 'anything.example.com';
  return host.startsWith('*') ? `probe${host.slice(1)}` : host;
}

interface Caller {
  readonly from: string | CallerLabels;
  readonly host: string;
  readonly port: number;
}

/** From inside with the labels that the rule asks for, and through each gateway that it is bound to. */
function callersOf(
  { spec, metadata }: VirtualService,
  match: HttpMatchRequest,
  resources: readonly Resource[],
): readonly Caller[] {
  const own = spec.gateways ?? [];
  const bound = match.gateways ?? (own.length === 0 ? ['mesh'] : own);
  const [first] = spec.hosts ?? [];
  // A delegate has no hosts; its roots are asked.
  if (first === undefined) return [];
  return bound.flatMap((name): readonly Caller[] => {
    if (name === 'mesh') {
      const inside = spec.hosts?.find((each) => portOf(each, metadata.namespace, resources) !== undefined);
      const host = inside ?? first;
      const port = portOf(host, metadata.namespace, resources) ?? 80;
      const namespace = match.sourceNamespace ?? metadata.namespace;
      const labels = match.sourceLabels ?? { app: 'probe' };
      return [{ from: { labels, namespace }, host, port }];
    }
    const slash = name.indexOf('/');
    const short = slash < 0 ? name : name.slice(slash + 1);
    const gateway = resourcesOf(resources, 'Gateway').find((each) => each.metadata.name === short);
    const http = gateway?.spec.servers?.find(({ port }) => port?.protocol?.toUpperCase() === 'HTTP');
    return [{ from: `gateway:${short}`, host: first, port: http?.port?.number ?? 80 }];
  });
}

/** The first port of the service or entry that the host names; undefined when it names none. */
function portOf(host: string, namespace: string, resources: readonly Resource[]): number | undefined {
  const [name, ns = namespace] = host.split('.');
  const service = resourcesOf(resources, 'Service').find(
    ({ metadata }) => metadata.name === name && metadata.namespace === ns,
  );
  const entry = resourcesOf(resources, 'ServiceEntry').find(({ spec }) => spec.hosts?.includes(host) === true);
  return service?.spec.ports?.[0]?.port ?? entry?.spec.ports?.[0]?.number;
}

/** TLS by its server names, TCP by its port. */
function bytesRequests(virtualService: VirtualService, resources: readonly Resource[]): readonly MeshRequest[] {
  const { spec } = virtualService;
  const tls = (spec.tls ?? []).flatMap((rule) =>
    (rule.match ?? []).flatMap((match) =>
      (match.sniHosts ?? []).flatMap((host) =>
        callersOf(virtualService, bytesMatch(match), resources).map(({ from }) => ({
          from,
          url: `tls://${concrete(host)}:${match.port ?? 443}`,
        })),
      ),
    ),
  );
  const tcp = (spec.tcp ?? []).flatMap((rule) =>
    (rule.match ?? [{}]).flatMap((match) =>
      callersOf(virtualService, bytesMatch(match), resources).map(({ from, host, port }) => ({
        from,
        url: `tcp://${concrete(host)}:${match.port ?? port}`,
      })),
    ),
  );
  return [...tls, ...tcp];
}

/** What layer-4 matches share with those of HTTP. */
function bytesMatch(
  match: Pick<HttpMatchRequest, 'gateways' | 'sourceLabels' | 'sourceNamespace'>,
): Pick<HttpMatchRequest, 'gateways' | 'sourceLabels' | 'sourceNamespace'> {
  return match;
}

/** Every port of a service, from a caller in its namespace. */
function serviceRequests({ metadata, spec }: Resource<'Service'>): readonly MeshRequest[] {
  const from = { labels: { app: 'probe' }, namespace: metadata.namespace };
  return (spec.ports ?? []).flatMap(({ appProtocol, name = '', port, protocol = 'TCP' }) => {
    if (port === undefined || protocol !== 'TCP') return [];
    const said = (appProtocol ?? name).toLowerCase();
    const scheme = /^(grpc)/.test(said) ? 'grpc' : /^(http|$)/.test(said) && !said.startsWith('https') ? 'http' : 'tcp';
    const path = scheme === 'tcp' ? '' : '/';
    return [{ from, url: `${scheme}://${metadata.name}.${metadata.namespace}:${port}${path}` }];
  });
}
