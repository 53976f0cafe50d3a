import { isIP } from 'node:net';

export const UNIX_PREFIX = 'unix://';

/** An IPv4 or IPv6 address; a zone (`fe80::1%eth0`) is accepted. */
export function isIpAddress(text: string): boolean {
  return isIP(text) !== 0;
}

/** An address, or a prefix `10.0.0.0/8`. */
export function ipOrCidrProblem(text: string): string | undefined {
  const slash = text.indexOf('/');
  if (slash === -1) return isIpAddress(text) ? undefined : `${JSON.stringify(text)} is not a valid IP address`;
  return isCidr(text) ? undefined : `${JSON.stringify(text)} is not a valid CIDR block`;
}

function isCidr(text: string): boolean {
  const match = /^([^/%]+)\/(0|[1-9]\d{0,2})$/.exec(text);
  const family = isIP(match?.[1] ?? '');
  return family !== 0 && Number(match?.[2]) <= (family === 4 ? 32 : 128);
}

/** A path of a unix socket after `unix://`: absolute, or abstract with a leading `@`. */
export function unixPathProblem(path: string): string | undefined {
  if (path === '') return 'a unix address must not be empty';
  if (path.startsWith('@')) return undefined;
  return path.startsWith('/') && !path.endsWith('/')
    ? undefined
    : `${JSON.stringify(path)} is not an absolute path to a file`;
}
