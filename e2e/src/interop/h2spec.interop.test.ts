/** h2spec (github.com/summerwind/h2spec) against our listener: every server case of its generic, http2 and hpack suites. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { proxyInFront } from '../support/proxy-in-front.ts';

const H2SPEC = process.env['WEFT_TEST_H2SPEC'];
const NO_H2SPEC =
  H2SPEC !== undefined
    ? false
    : (process.env['WEFT_TEST_H2SPEC_MISSING'] ?? 'no h2spec was given; run this with npm run test:interop');

const TYPES = 'type.googleapis.com/envoy.extensions.filters';
const address = (port: number): object => ({ socket_address: { address: '127.0.0.1', port_value: port } });

/** A proxy whose listener speaks HTTP/2 only, so that a wrong preface is HTTP/2's to refuse, in front of one backend. */
function bootstrap(backendPort: number): object {
  const manager = {
    '@type': `${TYPES}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'h2spec',
    codec_type: 'HTTP2',
    route_config: {
      virtual_hosts: [
        { name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'backend' } }] },
      ],
    },
    http_filters: [{ name: 'envoy.filters.http.router', typed_config: { '@type': `${TYPES}.http.router.v3.Router` } }],
  };
  return {
    node: { id: 'sidecar~127.0.0.1~h2spec.default~default.svc.cluster.local' },
    static_resources: {
      listeners: [
        {
          name: 'h2spec',
          address: address(0),
          filter_chains: [
            { filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }] },
          ],
        },
      ],
      clusters: [
        {
          name: 'backend',
          type: 'STATIC',
          load_assignment: {
            cluster_name: 'backend',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: address(backendPort) } }] }],
          },
        },
      ],
    },
  };
}

test('h2spec: every server case passes in clear text', { skip: NO_H2SPEC, timeout: 120_000 }, async (t) => {
  const port = await proxyInFront(
    t,
    (request, response) => {
      request.resume();
      request.on('error', () => response.destroy());
      request.on('end', () => response.end('hello world'));
    },
    bootstrap,
  );
  const child = spawn(H2SPEC ?? '', ['-h', '127.0.0.1', '-p', String(port), '--timeout', '2'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  await once(child, 'close');
  const summary = /(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed/.exec(output);
  assert.ok(summary !== null, output.slice(-2000));
  assert.equal(summary[4], '0', output.slice(output.indexOf('Failures:')));
  assert.ok(Number(summary[2]) >= 145);
});
