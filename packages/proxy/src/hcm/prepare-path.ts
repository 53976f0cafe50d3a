import type { RequestHead } from '@weft/http';
import { hasEscapedSlash, mergeSlashes, normalizePath, unescapeSlashes } from './normalize-path.ts';
import type { HttpOptions } from './options.ts';

export type PathOutcome = 'ok' | 'bad' | 'redirect';

/**
 * @hot Brings the path into the form that routing, authorisation and the upstream shall agree on. `redirect`: the unescaped path is in
 * `head.path` and the client shall ask for that one.
 */
export function preparePath(
  head: Pick<RequestHead, 'path'>,
  options: Pick<HttpOptions, 'escapedSlashes' | 'normalizePath' | 'mergeSlashes'>,
): PathOutcome {
  const full = head.path;
  if (full.charCodeAt(0) !== 0x2f) return 'ok';
  const cut = full.indexOf('?');
  const original = cut === -1 ? full : full.slice(0, cut);
  let path = original;
  let redirect = false;
  if (options.escapedSlashes !== 'keep' && hasEscapedSlash(path)) {
    if (options.escapedSlashes === 'reject') return 'bad';
    redirect = options.escapedSlashes === 'unescape-and-redirect';
    path = unescapeSlashes(path);
  }
  if (options.normalizePath) {
    const normal = normalizePath(path);
    if (normal === undefined) return 'bad';
    path = normal;
  }
  if (options.mergeSlashes) path = mergeSlashes(path);
  if (path !== original) head.path = cut === -1 ? path : path + full.slice(cut);
  return redirect ? 'redirect' : 'ok';
}
