/**
 * The head of a request as the decision reads it. Header names are lower-case; pseudo-headers are not among `headers` but may be
 * matched by their HTTP/2 names (`:method`, `:path`, `:authority`, `:scheme`), as in Envoy.
 */
export interface RequestHead {
  readonly method: string;
  /** The target in origin form, with its query. */
  readonly path: string;
  /** The Host header or `:authority`, with its port if the client sent one. */
  readonly authority: string;
  /** `http` or `https`: how the client reached the first trusted proxy (X-Forwarded-Proto once it is trusted). */
  readonly scheme: string;
  /** Flat `[name, value, name, value, …]` in arrival order. */
  readonly headers: readonly string[];
}

/** The first value of `name` (lower-case) in a flat header list, or of the pseudo-header of that name. */
export function headValue(head: RequestHead, name: string): string | undefined {
  if (name.charCodeAt(0) === 58) {
    if (name === ':path') return head.path;
    if (name === ':method') return head.method;
    if (name === ':authority') return head.authority;
    if (name === ':scheme') return head.scheme;
  } else if (name === 'host') return head.authority;
  const kv = head.headers;
  for (let i = 0; i < kv.length; i += 2) if (kv[i] === name) return kv[i + 1];
  return undefined;
}
