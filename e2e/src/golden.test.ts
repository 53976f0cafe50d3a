/** Executes the golden cases of `translate`: each request of requests.yaml, decided by the data plane's own tables. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Random } from '@weft/base';
import { loadText } from '@weft/config';
import {
  compileRouteTable,
  type Plan,
  planRequest,
  type RequestHead,
  type RequestMetadata,
  type RouteTable,
  rewriteRequest,
} from '@weft/engine';
import { buildSnapshot, decodeNode, type NodeFields, proxyOf } from '@weft/mesh';
import { translate } from '@weft/translate';
import { parse } from 'yaml';

const CASES = new URL('../../packages/translate/cases/', import.meta.url);

interface Expected {
  readonly cluster?: string;
  /** Cluster → how many of `weight total` requests it gets, exactly. */
  readonly share?: Readonly<Record<string, number>>;
  readonly path?: string;
  readonly authority?: string;
  readonly timeoutMs?: number;
  readonly retries?: number;
  readonly redirect?: { readonly status: number; readonly location: string };
  readonly reply?: { readonly status: number; readonly body?: string };
}

interface Exchange {
  readonly name: string;
  /** The route configuration that the listener asks for. */
  readonly route: string;
  readonly method?: string;
  readonly scheme?: string;
  readonly authority: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What filters found out about the request. */
  readonly metadata?: RequestMetadata;
  readonly expect: Expected;
}

function routeTables(name: string): ReadonlyMap<string, RouteTable> {
  const read = (file: string): string => readFileSync(new URL(`${name}/${file}`, CASES), 'utf8');
  const snapshot = buildSnapshot(loadText(read('mesh.yaml'), 'mesh.yaml').resources);
  const fields: NodeFields = parse(read('node.yaml'));
  const node = decodeNode(fields);
  if (!node.ok) assert.fail(node.issues.map((issue) => issue.message).join('; '));
  const { route } = translate(snapshot, proxyOf(snapshot, node.value));
  return new Map(
    [...route].map(([routeName, message]) => {
      const compiled = compileRouteTable(message);
      if (!compiled.ok) assert.fail(compiled.issues.map((issue) => `${issue.at} ${issue.message}`).join('; '));
      return [routeName, compiled.value];
    }),
  );
}

function headOf(exchange: Exchange): RequestHead {
  return {
    method: exchange.method ?? 'GET',
    path: exchange.path ?? '/',
    authority: exchange.authority,
    scheme: exchange.scheme ?? 'http',
    headers: Object.entries(exchange.headers ?? {}).flatMap(([key, value]) => [key.toLowerCase(), value]),
  };
}

const first: Random = { below: () => 0 };

/** Every outcome of one draw once, so that weights come out exactly. */
function shareOf(table: RouteTable, head: RequestHead): Record<string, number> {
  const share: Record<string, number> = {};
  let total = 1;
  for (let drawn = 0; drawn < total; drawn++) {
    const random: Random = {
      below: (bound) => {
        total = bound;
        return drawn;
      },
    };
    const plan = planRequest(table, head, random);
    const cluster = plan.kind === 'forward' ? plan.cluster : plan.kind;
    share[cluster] = (share[cluster] ?? 0) + 1;
  }
  return share;
}

function checkForward(plan: Plan, head: RequestHead, expected: Expected): void {
  if (plan.kind !== 'forward') assert.fail(`expected a forwarded request, got ${JSON.stringify(plan.kind)}`);
  if (expected.cluster !== undefined) assert.equal(plan.cluster, expected.cluster);
  const rewritten = rewriteRequest(plan, head, undefined);
  if (expected.path !== undefined) assert.equal(rewritten.path, expected.path);
  if (expected.authority !== undefined) assert.equal(rewritten.authority, expected.authority);
  if (expected.timeoutMs !== undefined) assert.equal(plan.action.timeoutMs, expected.timeoutMs);
  if (expected.retries !== undefined) assert.equal(plan.action.retry?.retries ?? 0, expected.retries);
}

function check(table: RouteTable, exchange: Exchange): void {
  const head = headOf(exchange);
  const { expect } = exchange;
  const plan = planRequest(table, head, first, exchange.metadata);
  if (expect.share !== undefined) assert.deepEqual(shareOf(table, head), expect.share);
  else if (expect.redirect !== undefined) {
    assert.deepEqual(plan.kind === 'redirect' && { status: plan.status, location: plan.location }, expect.redirect);
  } else if (expect.reply !== undefined) {
    if (plan.kind !== 'reply') assert.fail(`expected a reply, got ${plan.kind}`);
    assert.equal(plan.status, expect.reply.status);
    if (expect.reply.body !== undefined) assert.equal(new TextDecoder().decode(plan.body), expect.reply.body);
  } else checkForward(plan, head, expect);
}

for (const name of readdirSync(CASES).sort()) {
  const file = new URL(`${name}/requests.yaml`, CASES);
  if (!existsSync(file)) continue;
  const exchanges: readonly Exchange[] = parse(readFileSync(file, 'utf8'));
  describe(`case ${name}`, () => {
    const tables = routeTables(name);
    for (const exchange of exchanges) {
      test(exchange.name, () => {
        const table = tables.get(exchange.route);
        if (table === undefined)
          assert.fail(`there is no route configuration ${exchange.route}: ${[...tables.keys()]}`);
        check(table, exchange);
      });
    }
  });
}
