import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { FakeClock, seededRandom } from '@weft/base';
import { OutlierDetectionSchema } from '@weft/xds/gen/envoy/config/cluster/v3/outlier_detection_pb';
import { compileOutlier } from '../cluster/compile-limits.ts';
import { Issues } from '../decode/issues.ts';
import { Endpoint } from '../endpoint/endpoint.ts';
import { OutlierDetector } from './outlier-detector.ts';
import type { OutlierMonitor } from './outlier-monitor.ts';

type Settings = MessageInitShape<typeof OutlierDetectionSchema>;

function endpoint(port: number): Endpoint {
  const spec = {
    address: { kind: 'ip', host: '10.0.0.1', port },
    hostname: '',
    weight: 1,
    health: 'healthy',
    metadata: {},
    healthCheck: { port: undefined, hostname: '', disabled: false },
  } as const;
  return new Endpoint(`10.0.0.1:${port}`, spec, { region: '', zone: '', subZone: '' }, 0, 0);
}

class Bench {
  readonly clock = new FakeClock(1_000_000);
  readonly log: string[] = [];
  readonly endpoints: readonly Endpoint[];
  readonly detector: OutlierDetector;

  constructor(hosts: number, settings: Settings) {
    const issues = new Issues('test');
    this.endpoints = Array.from({ length: hosts }, (_, i) => endpoint(8000 + i));
    this.detector = new OutlierDetector({
      config: compileOutlier(create(OutlierDetectionSchema, settings), issues),
      random: seededRandom(1),
      nowMs: () => this.clock.monotonic(),
      observer: {
        detected: (kind) => this.log.push(`detected ${kind}`),
        ejected: (kind) => this.log.push(`ejected ${kind}`),
        returned: () => this.log.push('returned'),
        overflow: () => this.log.push('overflow'),
        changed: (active) => this.log.push(`active ${active}`),
      },
    });
    this.detector.follow(this.endpoints);
  }

  of(host: number): OutlierMonitor {
    const { outlier } = this.endpoints[host]!;
    assert.ok(outlier !== undefined);
    return outlier;
  }

  answer(host: number, status: number, times: number): void {
    for (let i = 0; i < times; i++) this.of(host).response(status);
  }

  /** Passes `intervals` of ten seconds. */
  pass(intervals: number): void {
    for (let i = 0; i < intervals; i++) {
      this.clock.advance(10_000);
      this.detector.tick();
    }
  }

  ejected(): readonly number[] {
    return this.endpoints.flatMap((host, i) => (host.ejected ? [i] : []));
  }

  taken(): readonly string[] {
    return this.log.splice(0);
  }
}

test('consecutive 5xx eject, a success in between starts the count again', () => {
  const bench = new Bench(10, { consecutive5xx: 3 });
  bench.answer(0, 500, 2);
  bench.answer(0, 200, 1);
  bench.answer(0, 500, 2);
  assert.deepEqual(bench.ejected(), []);
  bench.answer(0, 503, 1);
  assert.deepEqual(bench.ejected(), [0]);
  assert.equal(bench.endpoints[0]?.health, 'unhealthy');
  assert.deepEqual(bench.taken(), ['detected consecutive-5xx', 'ejected consecutive-5xx', 'active 1']);
});

test('gateway failures are counted apart from other 5xx and detected even where they are not enforced', () => {
  const settings = { consecutive5xx: 100, consecutiveGatewayFailure: 2 };
  const silent = new Bench(10, settings);
  silent.answer(0, 502, 2);
  assert.deepEqual(silent.taken(), ['detected consecutive-gateway-failure']);
  const bench = new Bench(10, { ...settings, enforcingConsecutiveGatewayFailure: 100 });
  bench.answer(0, 502, 1);
  bench.answer(0, 500, 1);
  bench.answer(0, 504, 1);
  assert.deepEqual(bench.ejected(), []);
  bench.answer(0, 503, 1);
  assert.deepEqual(bench.ejected(), [0]);
});

test('failures to reach an endpoint count as 503 and 504, or apart when local origin is split', () => {
  const joint = new Bench(10, { consecutive5xx: 3 });
  joint.of(0).connectFailed();
  joint.of(0).timedOut();
  joint.of(0).connected();
  joint.of(0).response(500);
  assert.deepEqual(joint.ejected(), [0], 'a connection alone proves nothing');
  const split = new Bench(10, {
    consecutive5xx: 3,
    splitExternalLocalOriginErrors: true,
    consecutiveLocalOriginFailure: 2,
  });
  split.answer(0, 500, 2);
  split.of(0).connectFailed();
  split.of(0).connected();
  split.of(0).timedOut();
  assert.deepEqual(split.ejected(), []);
  split.of(0).connectFailed();
  assert.deepEqual(split.taken().slice(0, 2), [
    'detected consecutive-local-origin-failure',
    'ejected consecutive-local-origin-failure',
  ]);
});

test('no more than the given percentage is ejected, but one host always if so configured', () => {
  const bench = new Bench(4, { consecutive5xx: 1, maxEjectionPercent: 50 });
  for (const host of [0, 1, 2]) bench.answer(host, 500, 1);
  assert.deepEqual(bench.ejected(), [0, 1]);
  assert.deepEqual(bench.taken().slice(-2), ['detected consecutive-5xx', 'overflow']);
  const small = new Bench(2, { consecutive5xx: 1 });
  small.answer(0, 500, 1);
  assert.deepEqual(small.ejected(), [], '10 % of two is less than one');
  const always = new Bench(2, { consecutive5xx: 1, alwaysEjectOneHost: true });
  always.answer(0, 500, 1);
  always.answer(1, 500, 1);
  assert.deepEqual(always.ejected(), [0]);
});

test('an ejection lasts the base time, longer at each repetition, never longer than the maximum', () => {
  const bench = new Bench(10, {
    consecutive5xx: 1,
    baseEjectionTime: { seconds: 30n },
    maxEjectionTime: { seconds: 70n },
  });
  const lasts: number[] = [];
  for (let round = 0; round < 5; round++) {
    bench.answer(0, 500, 1);
    let intervals = 0;
    while (bench.ejected().length > 0) {
      bench.pass(1);
      intervals++;
    }
    lasts.push(intervals * 10);
  }
  assert.deepEqual(lasts, [30, 60, 70, 70, 70]);
  bench.pass(20);
  bench.answer(0, 500, 1);
  bench.pass(3);
  assert.deepEqual(bench.ejected(), [], 'a long quiet time is forgiven');
});

test('whoever returns starts with clean counters', () => {
  const bench = new Bench(10, {
    consecutive5xx: 3,
    consecutiveGatewayFailure: 4,
    enforcingConsecutiveGatewayFailure: 100,
  });
  bench.answer(0, 503, 3);
  bench.pass(3);
  assert.deepEqual(bench.ejected(), []);
  bench.answer(0, 503, 1);
  assert.deepEqual(bench.ejected(), [], 'the fourth gateway failure overall, the first since the return');
});

test('an endpoint far below the mean success rate is ejected once the interval is over', () => {
  const bench = new Bench(5, { consecutive5xx: 1000, maxEjectionPercent: 100 });
  for (const host of [0, 1, 2, 3, 4]) bench.answer(host, 200, host === 0 ? 50 : 100);
  bench.answer(0, 500, 50);
  assert.deepEqual(bench.ejected(), []);
  bench.pass(1);
  // Mean 90, deviation 20: the floor is 90 - 1.9 * 20 = 52.
  assert.deepEqual(bench.ejected(), [0]);
  assert.deepEqual(bench.taken(), ['detected success-rate', 'ejected success-rate', 'active 1']);
});

test('success rates are not compared among too few hosts or requests', () => {
  for (const [hosts, requests] of [
    [4, 100],
    [5, 99],
  ] as const) {
    const bench = new Bench(hosts, { consecutive5xx: 1000, failurePercentageMinimumHosts: 10 });
    for (let host = 0; host < hosts; host++) bench.answer(host, host === 0 ? 500 : 200, requests);
    bench.pass(1);
    assert.deepEqual(bench.taken(), [], `${hosts} hosts, ${requests} requests`);
  }
});

test('failure percentage ejects whatever the others do', () => {
  const bench = new Bench(5, {
    consecutive5xx: 1000,
    enforcingSuccessRate: 0,
    enforcingFailurePercentage: 100,
    failurePercentageThreshold: 80,
    failurePercentageRequestVolume: 10,
    maxEjectionPercent: 100,
  });
  for (const host of [0, 1, 2, 3, 4]) {
    bench.answer(host, 200, 10);
    bench.answer(host, 500, host < 3 ? 40 : 39);
  }
  bench.pass(1);
  assert.deepEqual(bench.ejected(), [0, 1, 2]);
});

test('a passed health check returns an endpoint, unless the settings forbid it', () => {
  const bench = new Bench(10, { consecutive5xx: 1 });
  bench.answer(0, 500, 1);
  bench.detector.onHealthCheckPassed(bench.endpoints[0]!);
  assert.deepEqual(bench.ejected(), []);
  const strict = new Bench(10, { consecutive5xx: 1, successfulActiveHealthCheckUnejectHost: false });
  strict.answer(0, 500, 1);
  strict.detector.onHealthCheckPassed(strict.endpoints[0]!);
  assert.deepEqual(strict.ejected(), [0]);
});

test('a removed endpoint no longer counts as ejected, one that stays keeps its ejection', () => {
  const bench = new Bench(10, { consecutive5xx: 1, maxEjectionPercent: 100 });
  bench.answer(0, 500, 1);
  bench.answer(1, 500, 1);
  const late = bench.of(0);
  bench.detector.follow(bench.endpoints.slice(1));
  assert.equal(bench.detector.active, 1);
  assert.deepEqual(bench.ejected(), [1]);
  late.response(500);
  assert.deepEqual(bench.ejected(), [1], 'a late report of a removed endpoint changes nothing');
  bench.detector.stop();
  assert.deepEqual(bench.ejected(), []);
  assert.equal(bench.endpoints[1]?.outlier, undefined);
});

test('a maximum below the base time is refused', () => {
  const issues = new Issues('test');
  compileOutlier(
    create(OutlierDetectionSchema, { baseEjectionTime: { seconds: 30n }, maxEjectionTime: { seconds: 10n } }),
    issues,
  );
  const result = issues.end(undefined);
  assert.ok(!result.ok && result.issues[0]?.at.endsWith('outlier_detection.max_ejection_time'));
});
