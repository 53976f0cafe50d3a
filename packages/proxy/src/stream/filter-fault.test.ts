/** An exception in a filter, in whichever phase: its stream ends with 500, or is cut once it was begun, and the log has the stack. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { FakeClock, type LogFields, type Logger, seededRandom, silentLogger } from '@weft/base';
import { Issues } from '@weft/engine';
import { CHUNKED, type RequestHead } from '@weft/http';
import { HttpConnectionManagerSchema } from '@weft/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb';
import { httpOptions } from '../filters/network/http-connection-manager/options.ts';
import type { ConnectionManager } from '../hcm/connection-manager.ts';
import { Loop } from '../net/loop.ts';
import { Overload } from '../overload/overload.ts';
import { NO_ACCESS_LOG } from '../telemetry/access-log/access-log.ts';
import { httpStats } from '../telemetry/http-stats.ts';
import { StatsRegistry } from '../telemetry/registry.ts';
import type { Downstream } from './downstream.ts';
import { Exchange } from './exchange.ts';
import { HttpFilterChain } from './filter-chain.ts';
import { CONTINUE, type HttpFilter, STOP } from './http-filter.ts';

/** Answers `200 ok` when the request is complete. */
const ANSWERING: HttpFilter = {
  onRequestHeaders(exchange) {
    exchange.link = {
      sendBody: () => undefined,
      sendEnd() {
        exchange.respond(200, '', [], CHUNKED, false);
        exchange.respondBody(Buffer.from('ok'));
        exchange.respondEnd(undefined);
      },
      cancel: () => undefined,
      pauseResponse: () => undefined,
      resumeResponse: () => undefined,
      full: false,
    };
    return CONTINUE;
  },
};

interface Client extends Downstream {
  status: number;
  body: string;
  ended: boolean;
  aborted: boolean;
}

function client(): Client {
  const downstream: Client = {
    status: 0,
    body: '',
    ended: false,
    aborted: false,
    connection: {
      id: 1,
      localHost: '127.0.0.1',
      localPort: 80,
      localAddress: '127.0.0.1:80',
      remoteHost: '127.0.0.1',
      remotePort: 4000,
      remoteAddress: '127.0.0.1:4000',
      filterChainName: '',
      requestedServerName: '',
      redirected: false,
      tls: undefined,
    },
    full: false,
    parsing: false,
    sendInformational: () => undefined,
    sendHead: (status, _reason, _headers, _framing, end) => {
      downstream.status = status;
      downstream.ended = end;
    },
    sendBody: (chunk) => {
      downstream.body += chunk.toString();
    },
    sendEnd: () => {
      downstream.ended = true;
    },
    abort: () => {
      downstream.aborted = true;
    },
    pause: () => undefined,
    resume: () => undefined,
    tunnel: () => undefined,
  };
  return downstream;
}

function manager(filter: HttpFilter, logged: LogFields[]): ConnectionManager {
  const clock = new FakeClock();
  const registry = new StatsRegistry();
  const logger: Logger = { ...silentLogger, error: (_message, fields = {}) => void logged.push(fields) };
  const limits = {
    maxHeapBytes: Number.POSITIVE_INFINITY,
    refreshMs: 1000,
    refuseRequestsAt: 1,
    shedConnectionsAt: 1,
    maxConnections: Number.POSITIVE_INFINITY,
    maxListenerConnections: new Map<string, number>(),
  };
  return {
    options: httpOptions(create(HttpConnectionManagerSchema, { statPrefix: 'test' }), '', new Issues('')),
    chain: new HttpFilterChain([filter, ANSWERING]),
    routes: { name: 'routes', current: undefined },
    stats: httpStats(registry, 'test'),
    accessLog: NO_ACCESS_LOG,
    logger,
    random: seededRandom(1),
    loop: new Loop(clock),
    bufferLimitBytes: 1024,
    direction: 'inbound',
    hostname: 'box',
    environment: () => undefined,
    overload: new Overload(limits, () => 0, clock, logger, registry),
    draining: false,
  };
}

function head(): RequestHead {
  return {
    method: 'POST',
    path: '/orders',
    authority: 'shop',
    scheme: 'http',
    headers: [],
    rawNames: undefined,
    version: 11,
    target: '/orders',
    framing: CHUNKED,
    keepAlive: true,
    expectContinue: false,
    upgrade: undefined,
    transferCodings: undefined,
  };
}

function fault(): never {
  throw new TypeError('the filter is broken');
}

const PHASES: readonly (readonly [keyof HttpFilter, 'replied' | 'cut' | 'served'])[] = [
  ['onRequestHeaders', 'replied'],
  ['onRequestBody', 'replied'],
  ['onRequestEnd', 'replied'],
  ['onResponseHeaders', 'replied'],
  ['onResponseBody', 'cut'],
  ['onResponseEnd', 'cut'],
  ['onEnd', 'served'],
];

for (const [phase, outcome] of PHASES) {
  test(`an exception in ${phase}: the stream is ${outcome}, and only this one`, () => {
    const logged: LogFields[] = [];
    const downstream = client();
    const exchange = new Exchange(manager({ [phase]: fault }, logged), downstream, head());
    exchange.start(false);
    exchange.intake.onBody(Buffer.from('body'));
    exchange.intake.onEnd(undefined);
    assert.ok(exchange.ended);
    assert.match(String(logged[0]?.['stack']), /TypeError: the filter is broken\n.*fault \(/);
    assert.equal(logged[0]?.['path'], '/orders');
    if (outcome === 'replied') assert.equal(downstream.status, 500);
    else assert.equal(downstream.status, 200);
    assert.equal(downstream.aborted, outcome === 'cut');
    assert.equal(downstream.ended, outcome !== 'cut');
    if (outcome === 'served') assert.equal(downstream.body, 'ok');
  });
}

test('an exception in a callback of a filter that waits: the stream is replied', () => {
  const logged: LogFields[] = [];
  const downstream = client();
  const exchange = new Exchange(manager({ onRequestHeaders: () => STOP }, logged), downstream, head());
  exchange.start(true);
  exchange.later(fault);
  assert.equal(downstream.status, 500);
  assert.match(String(logged[0]?.['stack']), /the filter is broken/);
  exchange.later(() => assert.fail('the exchange is over'));
});
