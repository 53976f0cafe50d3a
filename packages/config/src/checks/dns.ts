/**
 * Names as Istio accepts them (RFC 1123 labels, with upper case and a leading wildcard). Each function answers with the reason a
 * name is refused, or undefined.
 */
const LABEL = /^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/;
const WILDCARD_LABEL = /^(?:\*|(?:\*|\*-)?[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)$/;
const MAX_LABEL = 63;
const MAX_NAME = 255;

export function isDnsLabel(value: string): boolean {
  return value.length <= MAX_LABEL && LABEL.test(value);
}

function lengthProblem(name: string): string | undefined {
  if (name === '') return 'an empty domain name is not allowed';
  return name.length > MAX_NAME
    ? `domain name ${JSON.stringify(name)} is longer than ${MAX_NAME} characters`
    : undefined;
}

function labelsProblem(domain: string): string | undefined {
  const parts = domain.split('.');
  const top = parts.at(-1) ?? '';
  if (/^[+-]?\d+$/.test(top))
    return `domain name ${JSON.stringify(domain)} must not end in the number ${JSON.stringify(top)}`;
  for (const [index, label] of parts.entries()) {
    // The last part may be empty: `istio.io.` is a name that no search domain is added to.
    if (index === parts.length - 1 && label === '') return undefined;
    if (!isDnsLabel(label))
      return `domain name ${JSON.stringify(domain)} has the invalid label ${JSON.stringify(label)}`;
  }
  return undefined;
}

/** `ratings.default.svc.cluster.local`: no wildcard. */
export function fqdnProblem(name: string): string | undefined {
  return lengthProblem(name) ?? labelsProblem(name);
}

/** `*.example.com`, `*-canary.example.com`, `*`: a wildcard in the first label. */
export function wildcardDomainProblem(name: string): string | undefined {
  const tooLong = lengthProblem(name);
  if (tooLong !== undefined) return tooLong;
  const dot = name.indexOf('.');
  const first = dot === -1 ? name : name.slice(0, dot);
  if (first.length > MAX_LABEL || !WILDCARD_LABEL.test(first)) {
    return `domain name ${JSON.stringify(name)} has the invalid label ${JSON.stringify(first)}`;
  }
  return dot === -1 ? undefined : labelsProblem(name.slice(dot + 1));
}

/** Only `*` and `*.suffix` are whole-label wildcards. */
export function partialWildcardProblem(host: string): string | undefined {
  return host.includes('*') && host !== '*' && !host.startsWith('*.')
    ? `partial wildcard ${JSON.stringify(host)} not allowed`
    : undefined;
}

/**
 * Hosts of a VirtualService bound to a gateway: also the SNI names of AUTO_PASSTHROUGH, `outbound_.80_._.reviews.ns.svc`.
 */
export function gatewayDomainProblem(name: string, hasSni: boolean): string | undefined {
  if (!hasSni || !name.startsWith('outbound_')) return wildcardDomainProblem(name);
  const tooLong = lengthProblem(name);
  if (tooLong !== undefined) return tooLong;
  const [, port = '', , host = ''] = name.split('_');
  const wellFormed = name.split('_').length >= 4 && /[0-9]/.test(port) && /[a-zA-Z]/.test(host);
  return wellFormed
    ? undefined
    : `domain name ${JSON.stringify(name)} does not follow outbound_.<PORT>_.<SUBSET>_.<HOSTNAME>`;
}

export function isWildcard(host: string): boolean {
  return host.startsWith('*');
}

/** Whether two hosts, either of them perhaps a wildcard, have a name in common. */
export function hostsOverlap(a: string, b: string): boolean {
  if (isWildcard(a) && isWildcard(b)) {
    return a.length < b.length ? b.slice(1).endsWith(a.slice(1)) : a.slice(1).endsWith(b.slice(1));
  }
  if (isWildcard(a)) return b.endsWith(a.slice(1));
  return isWildcard(b) ? a.endsWith(b.slice(1)) : a === b;
}

/** Whether every name of `inner` is one of `outer`. */
export function hostCovers(outer: string, inner: string): boolean {
  if (isWildcard(inner))
    return isWildcard(outer) && inner.length >= outer.length && inner.slice(1).endsWith(outer.slice(1));
  return isWildcard(outer) ? inner.endsWith(outer.slice(1)) : inner === outer;
}
