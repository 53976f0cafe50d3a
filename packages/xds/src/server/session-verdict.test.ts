import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { FakeClock } from '@weft/base';
import { ListenerSchema } from '../../gen/envoy/config/listener/v3/listener_pb.js';
import { RouteConfigurationSchema } from '../../gen/envoy/config/route/v3/route_pb.js';
import { EMPTY_XDS_SET, encodeResource, type XdsSet } from '../resource.ts';
import { type Outgoing, Session } from './session.ts';

/** Listener `l` and routes `r` and `s`, each in the version said. */
function setOf(l: string, r: string, s: string): XdsSet {
  const route = (name: string, version: string) =>
    encodeResource('route', name, create(RouteConfigurationSchema, { name, internalOnlyHeaders: [version] }));
  const listener = encodeResource('listener', 'l', create(ListenerSchema, { name: 'l', statPrefix: l }));
  return {
    ...EMPTY_XDS_SET,
    listener: new Map([['l', listener]]),
    route: new Map([
      ['r', route('r', r)],
      ['s', route('s', s)],
    ]),
  };
}

function connected(): Session {
  const session = new Session('delta', new FakeClock(0), 100);
  session.assign(setOf('1', '1', '1'), 1);
  const ask = (kind: 'listener' | 'route', subscribe: readonly string[]): void => {
    session.receive({ kind, answer: undefined, subscribe, unsubscribe: [], held: {} });
  };
  ask('listener', ['*']);
  ask('route', ['r', 's']);
  for (let out = session.next(); out !== undefined; out = session.next()) answer(session, out);
  assert.equal(session.verdictOn(1), 'settled');
  return session;
}

function answer(session: Session, out: Outgoing | undefined, refused?: string): void {
  assert.ok(out);
  const error = refused === undefined ? undefined : { message: refused, resources: [] };
  session.receive({ kind: out.kind, answer: { nonce: out.nonce, error }, subscribe: [], unsubscribe: [], held: {} });
}

test('a generation that changes nothing for a proxy is settled at once, one that does when it is acknowledged', () => {
  const session = connected();
  const set = setOf('1', '2', '1');
  session.assign(set, 2);
  const out = session.next();
  session.assign(set, 3);
  assert.equal(session.verdictOn(2), 'waiting');
  assert.equal(session.verdictOn(3), 'settled');
  answer(session, out);
  session.next();
  assert.equal(session.verdictOn(2), 'settled');
});

test('a refusal counts against the change that it is about, and no other', () => {
  const session = connected();
  session.assign(setOf('2', '1', '1'), 2);
  answer(session, session.next(), 'Error adding/updating listener(s) l: no');
  assert.equal(session.verdictOn(2), 'rejected');
  session.assign(setOf('2', '2', '1'), 3);
  assert.equal(session.verdictOn(3), 'waiting');
  answer(session, session.next());
  assert.equal(session.next(), undefined);
  assert.equal(session.verdictOn(3), 'settled', 'the route was taken, whatever became of the listener');
  assert.equal(session.verdictOn(2), 'rejected');
  session.assign(setOf('2', '2', '2'), 4);
  answer(session, session.next(), 'r: no, and s: neither');
  assert.equal(session.verdictOn(4), 'rejected');
});

test('nobody has taken what is not assigned yet', () => {
  const session = connected();
  assert.equal(session.verdictOn(2), 'waiting');
  session.assign(setOf('1', '1', '1'), 5);
  assert.equal(session.verdictOn(4), 'settled', 'generations that were left out came with the next');
});
