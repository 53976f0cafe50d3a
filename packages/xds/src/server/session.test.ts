import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { FakeClock } from '@weft/base';
import { Cluster_DiscoveryType, ClusterSchema } from '../../gen/envoy/config/cluster/v3/cluster_pb.js';
import { ClusterLoadAssignmentSchema } from '../../gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { ListenerSchema } from '../../gen/envoy/config/listener/v3/listener_pb.js';
import { RouteConfigurationSchema } from '../../gen/envoy/config/route/v3/route_pb.js';
import type { ResourceKind } from '../kinds.ts';
import { EMPTY_XDS_SET, encodeResource, type XdsResource, type XdsSet } from '../resource.ts';
import type { KindRequest } from './requested-names.ts';
import { type Outgoing, Session } from './session.ts';

const cluster = (name: string, altStatName = ''): XdsResource =>
  encodeResource(
    'cluster',
    name,
    create(ClusterSchema, {
      name,
      altStatName,
      clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.EDS },
    }),
  );
const endpoint = (name: string, weight = 1): XdsResource =>
  encodeResource(
    'endpoint',
    name,
    create(ClusterLoadAssignmentSchema, {
      clusterName: name,
      endpoints: [{ loadBalancingWeight: weight }],
    }),
  );
const listener = (name: string, statPrefix = ''): XdsResource =>
  encodeResource('listener', name, create(ListenerSchema, { name, statPrefix }));
const route = (name: string, header = 'x'): XdsResource =>
  encodeResource('route', name, create(RouteConfigurationSchema, { name, internalOnlyHeaders: [header] }));

function setOf(parts: Partial<Record<ResourceKind, readonly XdsResource[]>>): XdsSet {
  const set = { ...EMPTY_XDS_SET };
  for (const [kind, resources] of Object.entries(parts))
    set[kind as ResourceKind] = new Map(resources.map((resource) => [resource.name, resource]));
  return set;
}

const request = (kind: ResourceKind, rest: Partial<KindRequest> = {}): KindRequest => ({
  kind,
  answer: undefined,
  subscribe: [],
  unsubscribe: [],
  held: {},
  ...rest,
});
const ack = (out: Outgoing | undefined, subscribe: readonly string[] = []): KindRequest => {
  assert.ok(out);
  return request(out.kind, { answer: { nonce: out.nonce, error: undefined }, subscribe });
};
const nack = (out: Outgoing | undefined, message: string, subscribe: readonly string[] = []): KindRequest => {
  assert.ok(out);
  return request(out.kind, { answer: { nonce: out.nonce, error: { message, resources: [] } }, subscribe });
};
const names = (out: Outgoing | undefined): readonly string[] | undefined => out?.resources.map(({ name }) => name);
const session = (mode: 'delta' | 'sotw'): Session => new Session(mode, new FakeClock(1_000), 100);

/** Sends nothing but what is asked, and returns everything written until the session is quiet, ACKing all of it. */
function drain(s: Session, subscribed: Partial<Record<ResourceKind, readonly string[]>> = {}): string[] {
  const log: string[] = [];
  for (let out = s.next(); out !== undefined; out = s.next()) {
    log.push(`${out.kind} +${names(out)?.join(',')} -${out.removed.join(',')}`);
    s.receive(ack(out, s.mode === 'sotw' ? subscribed[out.kind] : []));
  }
  return log;
}

for (const mode of ['delta', 'sotw'] as const) {
  describe(`a ${mode} session`, () => {
    test('says nothing before it has a set, then answers the first subscription, even with nothing', () => {
      const s = session(mode);
      s.receive(request('cluster'));
      assert.equal(s.next(), undefined);
      s.assign(EMPTY_XDS_SET, 1);
      assert.deepEqual(names(s.next()), []);
    });

    test('has not settled on anything before it asked for something', () => {
      const s = session(mode);
      s.assign(EMPTY_XDS_SET, 1);
      assert.equal(s.next(), undefined);
      assert.equal(s.settledGeneration, 0);
      s.receive(request('listener'));
      s.receive(ack(s.next()));
      assert.equal(s.settledGeneration, 1);
    });

    test('an empty first request means everything of clusters and listeners, and nothing of routes', () => {
      const s = session(mode);
      s.assign(setOf({ cluster: [cluster('a')], route: [route('r')] }), 1);
      s.receive(request('cluster'));
      s.receive(request('route'));
      assert.deepEqual(drain(s), ['cluster +a -']);
    });

    test('`*` is everything, of any kind', () => {
      const s = session(mode);
      s.assign(setOf({ route: [route('r'), route('q')] }), 1);
      s.receive(request('route', { subscribe: ['*'] }));
      assert.deepEqual(drain(s, { route: ['*'] }), ['route +r,q -']);
    });

    test('sends only names that are subscribed', () => {
      const s = session(mode);
      s.assign(setOf({ endpoint: [endpoint('a'), endpoint('b'), endpoint('c')] }), 1);
      s.receive(request('endpoint', { subscribe: ['c', 'a'] }));
      assert.deepEqual(drain(s, { endpoint: ['a', 'c'] }), ['endpoint +c,a -']);
      s.assign(setOf({ endpoint: [endpoint('a'), endpoint('b', 2), endpoint('c')] }), 2);
      assert.deepEqual(drain(s, { endpoint: ['a', 'c'] }), []);
      assert.equal(s.settledGeneration, 2);
    });

    test('holds the next response back until the last one is answered, and then sends the newest state once', () => {
      const s = session(mode);
      s.assign(setOf({ cluster: [cluster('a')] }), 1);
      s.receive(request('cluster'));
      const first = s.next();
      for (let n = 2; n < 50; n++) s.assign(setOf({ cluster: [cluster('a', `v${n}`)] }), n);
      assert.equal(s.next(), undefined);
      s.receive(ack(first));
      const second = s.next();
      assert.equal(second?.resources[0]?.version, cluster('a', 'v49').version);
      s.receive(ack(second));
      assert.equal(s.next(), undefined);
      assert.equal(s.settledGeneration, 49);
    });

    test('ignores answers with a stale nonce', () => {
      const s = session(mode);
      s.assign(setOf({ cluster: [cluster('a')] }), 1);
      s.receive(request('cluster'));
      const first = s.next();
      s.receive(ack(first));
      s.assign(setOf({ cluster: [cluster('a', 'x')] }), 2);
      const second = s.next();
      assert.equal(s.receive(ack(first)).answered, undefined);
      assert.equal(s.statuses().cluster.state, 'stale');
      assert.equal(s.receive(ack(second)).answered, 'ack');
      assert.equal(s.statuses().cluster.state, 'synced');
    });

    test('a NACK keeps the accepted version, is remembered with its message, and is not answered by sending the same again', () => {
      const s = session(mode);
      s.assign(setOf({ listener: [listener('l')] }), 1);
      s.receive(request('listener'));
      const good = s.next();
      s.receive(ack(good));
      s.assign(setOf({ listener: [listener('l', 'bad')] }), 2);
      const bad = s.next();
      assert.equal(s.receive(nack(bad, 'Error adding/updating listener(s) l: no')).answered, 'nack');
      assert.equal(s.next(), undefined);
      const status = s.statuses().listener;
      assert.equal(status.state, 'rejected');
      assert.equal(status.ackedVersion, good?.version);
      assert.equal(status.nack?.version, bad?.version);
      assert.match(status.nack?.message ?? '', /listener\(s\) l: no/);
      assert.equal(s.settledGeneration, 1);
      s.assign(setOf({ listener: [listener('l', 'mended')] }), 3);
      s.receive(ack(s.next()));
      assert.equal(s.statuses().listener.state, 'synced');
      assert.equal(s.settledGeneration, 3);
    });

    test('pushes in order, each kind after the ones before it are ACKed', () => {
      const s = session(mode);
      const subs = { endpoint: ['a'], route: ['r'] };
      s.assign(
        setOf({ cluster: [cluster('a')], endpoint: [endpoint('a')], listener: [listener('l')], route: [route('r')] }),
        1,
      );
      s.receive(request('route', { subscribe: ['r'] }));
      s.receive(request('listener'));
      s.receive(request('endpoint', { subscribe: ['a'] }));
      s.receive(request('cluster'));
      assert.deepEqual(
        drain(s, subs).map((line) => line.split(' ')[0]),
        ['cluster', 'endpoint', 'listener', 'route'],
      );
      s.assign(
        setOf({
          cluster: [cluster('a', '2')],
          endpoint: [endpoint('a', 2)],
          listener: [listener('l', '2')],
          route: [route('r', '2')],
        }),
        2,
      );
      const cds = s.next();
      assert.equal(cds?.kind, 'cluster');
      assert.equal(s.next(), undefined);
      s.receive(ack(cds));
      assert.deepEqual(
        drain(s, subs).map((line) => line.split(' ')[0]),
        ['endpoint', 'listener', 'route'],
      );
    });

    test('removes a cluster only after the route that used it is ACKed', () => {
      const s = session(mode);
      const subs = { route: ['r'] };
      s.assign(setOf({ cluster: [cluster('old')], route: [route('r', 'old')] }), 1);
      s.receive(request('cluster'));
      s.receive(request('route', { subscribe: ['r'] }));
      drain(s, subs);
      s.assign(setOf({ cluster: [cluster('new')], route: [route('r', 'new')] }), 2);
      const add = s.next();
      assert.deepEqual(names(add), mode === 'sotw' ? ['new', 'old'] : ['new']);
      assert.deepEqual(add?.removed, []);
      s.receive(ack(add));
      const swap = s.next();
      assert.equal(swap?.kind, 'route');
      assert.equal(s.next(), undefined);
      assert.equal(s.settledGeneration, 1);
      s.receive(ack(swap, mode === 'sotw' ? subs.route : []));
      assert.deepEqual(drain(s, subs), [mode === 'sotw' ? 'cluster +new -' : 'cluster + -old']);
      assert.equal(s.settledGeneration, 2);
    });

    test('keeps clusters while the route that would stop using them is refused', () => {
      const s = session(mode);
      s.assign(setOf({ cluster: [cluster('old')], route: [route('r', 'old')] }), 1);
      s.receive(request('cluster'));
      s.receive(request('route', { subscribe: ['r'] }));
      drain(s, { route: ['r'] });
      s.assign(setOf({ cluster: [cluster('new')], route: [route('r', 'new')] }), 2);
      s.receive(ack(s.next()));
      s.receive(nack(s.next(), 'r: bad', mode === 'sotw' ? ['r'] : []));
      assert.equal(s.next(), undefined);
      assert.equal(s.rejected && s.quiet, true);
    });

    test('sends endpoints again after their cluster changed', () => {
      const s = session(mode);
      const subs = { endpoint: ['a', 'b'] };
      s.assign(setOf({ cluster: [cluster('a'), cluster('b')], endpoint: [endpoint('a'), endpoint('b')] }), 1);
      s.receive(request('cluster'));
      s.receive(request('endpoint', { subscribe: ['a', 'b'] }));
      drain(s, subs);
      s.assign(setOf({ cluster: [cluster('a', 'x'), cluster('b')], endpoint: [endpoint('a'), endpoint('b')] }), 2);
      assert.deepEqual(drain(s, subs), [mode === 'sotw' ? 'cluster +a,b -' : 'cluster +a -', 'endpoint +a -']);
    });

    test('a broken or oversized subscription is a fault', () => {
      const many = Array.from({ length: 101 }, (_, n) => `n${n}`);
      assert.match(session(mode).receive(request('route', { subscribe: many })).fault ?? '', /more than 100/);
      assert.match(session(mode).receive(request('route', { subscribe: [''] })).fault ?? '', /empty resource name/);
    });
  });
}

describe('a delta session only', () => {
  test('does not send again what a reconnecting proxy holds, and tells what is gone', () => {
    const s = session('delta');
    const held = { a: cluster('a').version, b: 'other', gone: 'x' };
    s.assign(setOf({ cluster: [cluster('a'), cluster('b'), cluster('c')] }), 1);
    s.receive(request('cluster', { held }));
    assert.deepEqual(drain(s), ['cluster +b,c -gone']);
  });

  test('a reconnecting proxy that holds everything hears nothing', () => {
    const s = session('delta');
    s.assign(setOf({ route: [route('r')] }), 1);
    s.receive(request('route', { subscribe: ['r'], held: { r: route('r').version } }));
    assert.deepEqual(drain(s), []);
    assert.equal(s.settledGeneration, 1);
  });

  test('a name subscribed again is sent again; one that does not exist is answered as removed', () => {
    const s = session('delta');
    s.assign(setOf({ route: [route('r')] }), 1);
    s.receive(request('route', { subscribe: ['r', 'nowhere'] }));
    assert.deepEqual(drain(s), ['route +r -nowhere']);
    s.receive(request('route', { subscribe: ['r'] }));
    assert.deepEqual(drain(s), ['route +r -']);
    s.assign(setOf({ route: [route('r'), route('nowhere')] }), 2);
    assert.deepEqual(drain(s), ['route +nowhere -']);
  });

  test('an unsubscribed name is no longer sent', () => {
    const s = session('delta');
    s.assign(setOf({ route: [route('r'), route('q')] }), 1);
    s.receive(request('route', { subscribe: ['r', 'q'] }));
    drain(s);
    s.receive(request('route', { unsubscribe: ['r'] }));
    s.assign(setOf({ route: [route('r', '2'), route('q', '2')] }), 2);
    assert.deepEqual(drain(s), ['route +q -']);
  });

  test('what a proxy asks for and waits for does not wait for an earlier kind', () => {
    const s = session('delta');
    s.assign(setOf({ cluster: [cluster('a')], route: [route('r'), route('q')] }), 1);
    s.receive(request('route', { subscribe: ['r'] }));
    drain(s);
    s.receive(request('cluster'));
    const cds = s.next();
    s.assign(setOf({ cluster: [cluster('a')], route: [route('r', '2'), route('q')] }), 2);
    s.receive(request('route', { subscribe: ['q'] }));
    const asked = s.next();
    assert.deepEqual(names(asked), ['q']);
    s.receive(ack(asked));
    assert.equal(s.next(), undefined);
    s.receive(ack(cds));
    assert.deepEqual(drain(s), ['route +r -']);
  });

  test('a refused resource stays refused while others of its kind are accepted', () => {
    const s = session('delta');
    s.assign(setOf({ listener: [listener('bad'), listener('good')] }), 1);
    s.receive(request('listener'));
    s.receive(nack(s.next(), 'Error adding/updating listener(s) bad: no'));
    s.assign(setOf({ listener: [listener('bad'), listener('good', '2')] }), 2);
    s.receive(ack(s.next()));
    assert.equal(s.statuses().listener.state, 'rejected');
    s.assign(setOf({ listener: [listener('good', '2')] }), 3);
    s.receive(ack(s.next()));
    assert.equal(s.statuses().listener.state, 'synced');
  });

  test('leaving the wildcard keeps what is named', () => {
    const s = session('delta');
    s.assign(setOf({ cluster: [cluster('a'), cluster('b')] }), 1);
    s.receive(request('cluster', { subscribe: ['*', 'a'] }));
    drain(s);
    s.receive(request('cluster', { unsubscribe: ['*'] }));
    s.assign(setOf({ cluster: [cluster('a', '2'), cluster('b', '2')] }), 2);
    assert.deepEqual(drain(s), ['cluster +a -']);
  });
});

describe('a state-of-the-world session only', () => {
  test('an empty list after a named one unsubscribes', () => {
    const s = session('sotw');
    s.assign(setOf({ cluster: [cluster('a')] }), 1);
    s.receive(request('cluster', { subscribe: ['a'] }));
    s.receive(ack(s.next()));
    s.assign(setOf({ cluster: [cluster('a', '2')] }), 2);
    assert.deepEqual(drain(s), []);
  });

  test('new names in an ACK are answered', () => {
    const s = session('sotw');
    s.assign(setOf({ endpoint: [endpoint('a'), endpoint('b')] }), 1);
    s.receive(request('endpoint', { subscribe: ['a'] }));
    s.receive(ack(s.next(), ['a', 'b']));
    assert.deepEqual(names(s.next()), ['b']);
  });

  test('a request without a nonce on a running stream starts the kind anew', () => {
    const s = session('sotw');
    s.assign(setOf({ listener: [listener('l')] }), 1);
    s.receive(request('listener'));
    s.receive(ack(s.next()));
    s.receive(request('listener'));
    assert.deepEqual(names(s.next()), ['l']);
  });
});
