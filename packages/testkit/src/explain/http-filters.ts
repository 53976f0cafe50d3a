import { anyUnpack } from '@bufbuild/protobuf/wkt';
import type { Plan, RequestHead } from '@weft/engine';
import { type HttpFilterKind, httpFilterKindOf, type PredictedReply } from '@weft/proxy/decisions';
import type { HttpConnectionManager } from '@weft/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb';
import type { FilterExplanation } from './explanation.ts';
import type { HopInput } from './hop.ts';

interface KnownFilter {
  readonly name: string;
  /** Undefined: not one of this proxy's. */
  readonly kind: HttpFilterKind | undefined;
  readonly config: unknown;
}

const FILTERS = new WeakMap<HttpConnectionManager, readonly KnownFilter[]>();

function filtersOf(manager: HttpConnectionManager): readonly KnownFilter[] {
  const known = FILTERS.get(manager);
  if (known !== undefined) return known;
  const filters = manager.httpFilters
    .filter(({ disabled }) => !disabled)
    .flatMap(({ name, configType, isOptional }): readonly KnownFilter[] => {
      const any = configType.case === 'typedConfig' ? configType.value : undefined;
      const kind = any && httpFilterKindOf(any);
      const message = any && kind && anyUnpack(any, kind.schema);
      const decoded = message && kind?.decode(message, name);
      if (decoded?.ok === true) return [{ name, kind, config: decoded.value }];
      return isOptional ? [] : [{ name, kind: undefined, config: undefined }];
    });
  FILTERS.set(manager, filters);
  return filters;
}

export interface FilterRun {
  readonly filters: readonly FilterExplanation[];
  readonly reply: PredictedReply | undefined;
  /** Injected before the request goes on. */
  readonly delayMs: number;
}

/** The filters before the router, in order, up to one that answers. */
export function runFilters(
  input: HopInput,
  manager: HttpConnectionManager,
  head: RequestHead,
  plan: Plan | undefined,
): FilterRun {
  const { arrival, port, session } = input;
  const connection = {
    sourceAddress: arrival.source,
    destinationAddress: arrival.address,
    destinationPort: port,
    serverName: arrival.tls?.serverName.toLowerCase() ?? '',
    principal: arrival.tls?.principal ?? '',
  };
  const filters: FilterExplanation[] = [];
  let delayMs = 0;
  const delayed = (ms: number): void => {
    delayMs += ms;
  };
  for (const { name, kind, config } of filtersOf(manager)) {
    if (kind?.terminal === true) break;
    if (kind?.predict === undefined) {
      filters.push({ name, verdict: 'unknown', why: 'whether it answers cannot be told without traffic', chances: [] });
      continue;
    }
    const { method, path, authority, scheme, headers } = head;
    const overrides = plan?.filterConfigs.get(name);
    const chances: { what: string; percent: number }[] = [];
    const chance = (what: string, percent: number): void => void chances.push({ what, percent });
    const request = { method, path, authority, scheme, headers };
    const asked = { ...request, plan, overrides, connection, random: session.random, delayed, chance };
    const reply = kind.predict(config, asked);
    filters.push({ name, verdict: reply === undefined ? 'passes' : 'answers', why: reply?.cause ?? '', chances });
    if (reply !== undefined) return { filters, reply, delayMs };
  }
  return { filters, reply: undefined, delayMs };
}
