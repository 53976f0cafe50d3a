import { addressesFor, type Node, type Service } from '@weft/mesh';
import { hostPort } from '../names.ts';

export interface Domains {
  readonly domains: readonly string[];
  /** Those of them that are shorter forms of the host, which a service that really has that name takes back. */
  readonly expanded: ReadonlySet<string>;
}

/**
 * What a client may write for a service (SEMANTICS row 2): the host, its shorter Kubernetes forms, its addresses, its aliases; a headless
 * Kubernetes service also answers for its pods (`*.` + each). `port` 0 is without ports.
 */
export function serviceDomains(
  service: Service,
  port: number,
  client: Pick<Node, 'namespace' | 'ip' | 'dnsCapture'>,
  dnsDomain: string,
): Domains {
  const domains: string[] = [];
  const expanded = new Set<string>();
  const add = (host: string): void => {
    domains.push(host.includes(':') ? `[${host}]` : host);
    if (port !== 0) domains.push(hostPort(host, port));
  };
  for (const host of [service.hostname, ...service.aliases]) {
    add(host);
    const from = domains.length;
    for (const short of shortForms(host, client.namespace, dnsDomain)) add(short);
    for (const short of domains.slice(from)) expanded.add(short);
  }
  if (service.resolution === 'passthrough' && service.registry === 'Kubernetes') {
    domains.push(...domains.map((domain) => `*.${domain}`));
  }
  for (const ip of addressesFor(service, client)) if (ip !== '0.0.0.0') add(ip);
  return { domains, expanded };
}

/** `svc` for clients of the same namespace, `svc.ns.svc` and `svc.ns` for everybody, if the host is a Kubernetes service's. */
export function shortForms(host: string, clientNamespace: string, dnsDomain: string): readonly string[] {
  const suffix = `.svc.${dnsDomain}`;
  if (!host.endsWith(suffix)) return [];
  const stem = host.slice(0, -suffix.length);
  const dot = stem.indexOf('.');
  if (dot < 0 || stem.includes('*')) return [];
  if (stem.slice(dot + 1) === clientNamespace) return [stem.slice(0, dot), `${stem}.svc`, stem];
  return [stem, `${stem}.svc`];
}
