import type { RouteNamespaces } from '@weft/config';
import { meetsSelector } from '../discovery.ts';
import type { Lookup } from './inputs.ts';

/** The namespaces that may attach: `*` for all of them. Those of a selector are named one by one, in order. */
export function allowedNamespaces(
  allowed: RouteNamespaces | undefined,
  own: string,
  lookup: Lookup,
): readonly string[] {
  const from = allowed?.from ?? 'Same';
  if (from === 'Same') return [own];
  if (from === 'None') return [];
  if (from === 'All' || allowed?.selector === undefined) return ['*'];
  const { selector } = allowed;
  return [...lookup.namespaces]
    .filter(([, labels]) => meetsSelector(labels, selector))
    .map(([name]) => name)
    .sort();
}

/** `<namespace>/<hostname>` for each namespace that may use a listener; `~` is no namespace. */
export function listenerHosts(
  hostname: string | undefined,
  allowed: RouteNamespaces | undefined,
  own: string,
  lookup: Lookup,
): readonly string[] {
  const host = hostname === undefined || hostname === '' ? '*' : hostname;
  const namespaces = allowedNamespaces(allowed, own, lookup);
  return (namespaces.length === 0 ? ['~'] : namespaces).map((namespace) => `${namespace}/${host}`);
}
