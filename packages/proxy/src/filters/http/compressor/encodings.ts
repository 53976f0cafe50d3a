/** Which of the encodings that a chain's compressors offer a client gets (RFC 9110 §12.5.3, with Envoy's order of preference). */

/** The first match wins among equals: `offered` is in order of preference. Undefined: leave the body as it is. */
export function chooseEncoding(acceptEncoding: string | undefined, offered: readonly string[]): string | undefined {
  if (acceptEncoding === undefined) return undefined;
  const accepted = parseAcceptEncoding(acceptEncoding);
  const allowed = offered.filter((encoding) => accepted.get(encoding) !== 0);
  let best: string | undefined;
  let quality = 0;
  for (const [name, q] of accepted) {
    if (q < quality || q === 0) continue;
    const encoding = name === '*' ? allowed.find((offer) => !accepted.has(offer)) : name;
    if (encoding === undefined) continue;
    const known = encoding === 'identity' || allowed.includes(encoding);
    if (known && (q > quality || precedes(encoding, best, allowed))) {
      best = encoding;
      quality = q;
    }
  }
  return best === 'identity' ? undefined : best;
}

/** Between equals a compressor goes before no compression, and the first offered before the others. */
function precedes(encoding: string, best: string | undefined, allowed: readonly string[]): boolean {
  if (best === undefined || best === 'identity') return true;
  const at = allowed.indexOf(encoding);
  return at !== -1 && at < allowed.indexOf(best);
}

function parseAcceptEncoding(text: string): ReadonlyMap<string, number> {
  const accepted = new Map<string, number>();
  for (const part of text.split(',')) {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    if (name === '') continue;
    const q = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, '');
    const quality = q === undefined ? 1 : Number(q);
    if (quality >= 0 && quality <= 1) accepted.set(name, quality);
  }
  return accepted;
}
