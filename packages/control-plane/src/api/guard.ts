import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { ApiError } from './status.ts';

/**
 * Keeps web pages out. The API has no passwords and listens on loopback, where any page in the user's browser could reach it: by a
 * form post, or by a host name that resolves to 127.0.0.1 (DNS rebinding). So the Host must be ours and an Origin, which browsers
 * add and programs do not, must be our own.
 */
export class BrowserGuard {
  readonly #hosts: ReadonlySet<string>;

  constructor(boundHost: string, allowedHosts: readonly string[]) {
    this.#hosts = new Set(['localhost', boundHost, ...allowedHosts].map((host) => host.toLowerCase()));
  }

  /** Throws Forbidden. */
  check(request: IncomingMessage): void {
    const host = request.headers.host;
    if (host === undefined || !this.#allowed(host)) {
      throw new ApiError(
        'Forbidden',
        `the Host '${host ?? ''}' is not one of this server's names; allow it in the options`,
      );
    }
    const { origin } = request.headers;
    if (origin !== undefined && !this.#sameOrigin(origin, host)) {
      throw new ApiError('Forbidden', `requests from the web page ${origin} are refused`);
    }
    if (origin === undefined && request.headers['sec-fetch-site'] === 'cross-site') {
      throw new ApiError('Forbidden', 'requests from another web site are refused');
    }
  }

  #sameOrigin(origin: string, host: string): boolean {
    return origin === `http://${host}` || origin === `https://${host}`;
  }

  /** An address cannot be rebound by DNS, only names can. */
  #allowed(host: string): boolean {
    const name = nameOf(host);
    return this.#hosts.has(name) || isIP(name) !== 0;
  }
}

/** `[::1]:80` → `::1`, `Localhost:80` → `localhost`. */
function nameOf(host: string): string {
  const bracket = /^\[([^\]]+)\]/.exec(host);
  return (bracket?.[1] ?? host.replace(/:\d+$/, '')).toLowerCase();
}
