/**
 * Cost of an exchange without sockets: codec, connection manager, filters, router, pool, and back. Each row has one more filter than the
 * first, so that the difference is what the filter costs. Run: node bench/src/micro/filter-chain.bench.ts
 */
import { setImmediate as nextRound } from 'node:timers/promises';
import type { JsonObject } from '@bufbuild/protobuf';
import { memoryForward } from '@weft/proxy/testing/memory-forward';
import { endpoints, listener, ROUTES } from '../proxies/forward-config.ts';
import { REQUESTS, RESPONSES } from './http1-inputs.ts';
import { measure } from './measure.ts';

const TYPES = 'type.googleapis.com/envoy.extensions.filters.http';

const FILTERS: Readonly<Record<string, JsonObject | undefined>> = {
  'router alone': undefined,
  cors: { '@type': `${TYPES}.cors.v3.Cors` },
  fault: {
    '@type': `${TYPES}.fault.v3.HTTPFault`,
    abort: { http_status: 503, percentage: { numerator: 0 } },
  },
  'local rate limit': {
    '@type': `${TYPES}.local_ratelimit.v3.LocalRateLimit`,
    stat_prefix: 'bench',
    token_bucket: { max_tokens: 1_000_000_000, tokens_per_fill: 1_000_000_000, fill_interval: '1s' },
    filter_enabled: { default_value: { numerator: 100 } },
    filter_enforced: { default_value: { numerator: 100 } },
  },
  'header mutation': {
    '@type': `${TYPES}.header_mutation.v3.HeaderMutation`,
    mutations: { request_mutations: [{ append: { header: { key: 'x-team', value: 'shop' } } }] },
  },
};

const cluster = { name: 'backend', type: 'STATIC', load_assignment: endpoints(8080) };
const responses = RESPONSES.map((text) => Buffer.from(text, 'latin1'));
const requests = REQUESTS.filter((text) => text.startsWith('GET')).map((text) => Buffer.from(text, 'latin1'));

/** The listener of the other benchmarks with one more filter before the router. */
function listenerWith(name: string, config: JsonObject | undefined): JsonObject {
  const text = JSON.stringify(listener(8080, { route_config: ROUTES }));
  const more = config === undefined ? '' : `${JSON.stringify({ name, typed_config: config })},`;
  return JSON.parse(text.replace('"http_filters":[', (start) => start + more)) as JsonObject;
}

async function prepare(name: string, config: JsonObject | undefined): Promise<(turn: number) => number> {
  let answers = 0;
  const send = memoryForward(listenerWith(name, config), cluster, () => responses[answers++ % responses.length]!);
  send(requests[0]!);
  await nextRound();
  return (turn) => send(requests[turn % requests.length]!);
}

// Code that all rows share is compiled before the first is measured.
const warmUp = await prepare('router alone', undefined);
for (let turn = 0; turn < 50_000; turn++) warmUp(turn);
for (const [name, config] of Object.entries(FILTERS)) measure(name, await prepare(name, config), 20_000);
