import { isConnectionSpecific } from '../connection-specific.ts';
import { cutHeaders, type HeaderBlock } from '../header-block.ts';

/** Fields that decide about the whole message; a Connection option that names one of them is an attack, not a wish. */
const NEVER_STRIPPED: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'authorization',
  'cookie',
  'cache-control',
]);

/**
 * Removes, in place, what must not travel to the next hop: the hop-by-hop fields and whatever Connection names. `te: trailers`
 * stays (gRPC needs it and HTTP/2 allows it), and so does `upgrade` when `keepUpgrade`, for a connection that is to be switched.
 * Returns the list.
 */
export function stripHopByHop(headers: HeaderBlock, keepUpgrade: boolean): HeaderBlock {
  const named = namedByConnection(headers);
  let out = 0;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    let value = headers[i + 1]!;
    if (name === 'te' || isConnectionSpecific(name)) {
      if (name === 'te' && acceptsTrailers(value)) value = 'trailers';
      else if (name !== 'upgrade' || !keepUpgrade) continue;
    } else if (named?.has(name)) continue;
    headers[out] = name;
    headers[out + 1] = value;
    out += 2;
  }
  cutHeaders(headers, out);
  return headers;
}

function namedByConnection(headers: readonly string[]): Set<string> | undefined {
  let named: Set<string> | undefined;
  for (let i = 0; i < headers.length; i += 2) {
    const value = headers[i + 1]!;
    if (headers[i] !== 'connection' || value === 'keep-alive' || value === 'close') continue;
    named ??= new Set();
    for (const option of value.toLowerCase().split(',')) {
      const name = option.trim();
      if (!NEVER_STRIPPED.has(name)) named.add(name);
    }
  }
  return named;
}

function acceptsTrailers(te: string): boolean {
  return te
    .toLowerCase()
    .split(',')
    .some((coding) => coding.trim() === 'trailers');
}
