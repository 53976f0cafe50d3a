import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { HeaderMutationSchema } from '@weft/xds/gen/envoy/extensions/filters/http/header_mutation/v3/header_mutation_pb';
import {
  answering,
  exchangeOnce,
  httpFilterConfig,
  httpListener,
  onRoute,
  ROUTER,
  startProxy,
  startUpstream,
  staticCluster,
} from '../../../testing/harness.ts';
import { decodeHeaderMutation } from './config.ts';

function set(name: string, value: string): object {
  return { append: { header: { key: name, value }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' } };
}

function proxyWith(specificWins: boolean, port: number): ReturnType<typeof startProxy> {
  const filter = httpFilterConfig('header_mutation.v3.HeaderMutation', {
    mutations: {
      request_mutations: [set('x-order', 'filter'), { remove: 'x-secret' }, set('x-path', '%REQ(:PATH)%')],
      response_mutations: [set('x-answer', 'filter')],
    },
    most_specific_header_mutations_wins: specificWins,
  });
  const perRoute = (level: string): object =>
    onRoute('header_mutation.v3.HeaderMutationPerRoute', {
      mutations: { request_mutations: [set('x-order', level)], response_mutations: [{ remove: 'x-upstream' }] },
    });
  const manager = {
    http_filters: [filter, ROUTER],
    route_config: {
      name: 'routes',
      virtual_hosts: [
        {
          name: 'all',
          domains: ['*'],
          routes: [{ match: { prefix: '/' }, route: { cluster: 'backend' }, ...perRoute('route') }],
          ...perRoute('host'),
        },
      ],
    },
  };
  return startProxy([httpListener([], manager)], [staticCluster('backend', [port])]);
}

const GET = 'GET /p HTTP/1.1\r\nHost: x\r\nx-secret: 1\r\n\r\n';

for (const [specificWins, winner] of [
  [false, 'host'],
  [true, 'route'],
] as const) {
  test(`every level is applied after the filter's own; most_specific_header_mutations_wins ${specificWins}`, async () => {
    await using upstream = await startUpstream(answering('ok'));
    await using proxy = await proxyWith(specificWins, upstream.port);
    const answer = await exchangeOnce(proxy.port, GET);
    assert.match(answer, /\r\nx-answer: filter\r\n/);
    const received = upstream.received[0] ?? '';
    assert.match(received, new RegExp(`\\r\\nx-order: ${winner}\\r\\n`));
    assert.match(received, /\r\nx-path: \/p\r\n/);
    assert.doesNotMatch(received, /x-secret/);
  });
}

test('names that may not be edited are refused with their place', () => {
  const message = create(HeaderMutationSchema, {
    mutations: {
      requestMutations: [{ action: { case: 'remove', value: ':path' } }, { action: { case: undefined } }],
    },
  });
  const decoded = decodeHeaderMutation(message, 'typed_config');
  assert.deepEqual(
    decoded.issues.map((issue) => [issue.at, issue.code]),
    [
      ['typed_config.mutations.request_mutations[0].request_headers_to_remove[0]', 'invalid-value'],
      ['typed_config.mutations.request_mutations[1]', 'missing-field'],
    ],
  );
});
