import { create } from '@bufbuild/protobuf';
import type { Headers } from '@weft/config';
import { compareText } from '@weft/mesh';
import {
  type HeaderValueOption,
  HeaderValueOption_HeaderAppendAction,
  HeaderValueOptionSchema,
} from '@weft/xds/gen/envoy/config/core/v3/base_pb';

export interface HeaderOperations {
  readonly requestHeadersToAdd: HeaderValueOption[];
  readonly requestHeadersToRemove: string[];
  readonly responseHeadersToAdd: HeaderValueOption[];
  readonly responseHeadersToRemove: string[];
}

/**
 * `set` overwrites, `add` appends; other `:` headers are left alone, and `host` and `:authority` become a rewrite of the authority,
 * where `set` beats `add` (route.go, TranslateHeadersOperations).
 */
export function headerOperations(headers: Headers | undefined): HeaderOperations {
  const { OVERWRITE_IF_EXISTS_OR_ADD: set, APPEND_IF_EXISTS_OR_ADD: append } = HeaderValueOption_HeaderAppendAction;
  const { request, response } = headers ?? {};
  return {
    requestHeadersToAdd: [...options(request?.set, set), ...options(request?.add, append)],
    requestHeadersToRemove: removals(request?.remove),
    responseHeadersToAdd: [...options(response?.set, set), ...options(response?.add, append)],
    responseHeadersToRemove: removals(response?.remove),
  };
}

/** The authority that request header operations ask for; '' when they do not. */
export function authorityOf(headers: Headers | undefined): string {
  const { set, add } = headers?.request ?? {};
  return authorityIn(set) || authorityIn(add);
}

function authorityIn(headers: Readonly<Record<string, string>> = {}): string {
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (lower === 'host' || lower === ':authority') return value;
  }
  return '';
}

function options(
  headers: Readonly<Record<string, string>> = {},
  appendAction: HeaderValueOption_HeaderAppendAction,
): HeaderValueOption[] {
  return Object.entries(headers)
    .filter(([name]) => !isInternal(name))
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, value]) => create(HeaderValueOptionSchema, { header: { key, value }, appendAction }));
}

function removals(names: readonly string[] = []): string[] {
  return names.filter((name) => !isInternal(name));
}

function isInternal(name: string): boolean {
  return name.startsWith(':') || name.toLowerCase() === 'host';
}
