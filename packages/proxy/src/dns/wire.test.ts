import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@weft/base';
import { isAnswerTo, type Query, readQuery, TYPE, udpLimit, withId, writeAnswer, writeFailure } from './wire.ts';

/** A query as dig sends it: header, question, and an OPT record when `udpSize` is given. */
export function queryBytes(name: string, type: number = TYPE.A, udpSize?: number, id = 0x1234): Uint8Array {
  const labels = name === '' ? [] : name.split('.');
  const out = [id >> 8, id & 0xff, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, udpSize === undefined ? 0 : 1];
  for (const label of labels) out.push(label.length, ...Buffer.from(label, 'latin1'));
  out.push(0, type >> 8, type & 0xff, 0, 1);
  if (udpSize !== undefined) out.push(0, 0, TYPE.OPT, udpSize >> 8, udpSize & 0xff, 0, 0, 0, 0, 0, 0);
  return Uint8Array.from(out);
}

function query(bytes: Uint8Array): Query {
  const read = readQuery(bytes);
  if (read.kind !== 'query') assert.fail('refused');
  return read.query;
}

test('a query is read, its name in lower case, its question kept as spelt', () => {
  const read = query(queryBytes('Orders.Shop', TYPE.AAAA, 1400));
  assert.equal(read.name, 'orders.shop');
  assert.equal(read.type, TYPE.AAAA);
  assert.equal(read.recursion, true);
  assert.deepEqual(read.edns, { udpSize: 1400 });
  assert.equal(udpLimit(read), 1232);
  assert.equal(Buffer.from(read.question).toString('latin1').includes('Orders'), true);
  assert.equal(query(queryBytes('')).name, '');
});

test('what is no question of one name is refused, each as RFC 1035 asks', () => {
  const rcode = (bytes: Uint8Array): number | undefined => {
    const read = readQuery(bytes);
    if (read.kind === 'query') assert.fail('was read');
    return read.reply === undefined ? undefined : (read.reply[3] ?? 0) & 0xf;
  };
  const changed = (at: number, value: number): Uint8Array => {
    const bytes = queryBytes('a.b');
    bytes[at] = value;
    return bytes;
  };
  assert.equal(rcode(new Uint8Array(11)), undefined, 'shorter than a header');
  assert.equal(rcode(changed(2, 0x81)), undefined, 'an answer');
  assert.equal(rcode(changed(2, 0x11)), 4, 'another opcode');
  assert.equal(rcode(changed(5, 2)), 1, 'two questions');
  assert.equal(rcode(changed(5, 0)), 1, 'no question');
  assert.equal(rcode(changed(7, 1)), 1, 'an answer section');
  assert.equal(rcode(changed(12, 0xc0)), 1, 'a pointer in the question');
  assert.equal(rcode(changed(12, 60)), 1, 'a label past the end');
  assert.equal(rcode(changed(11, 1)), 1, 'a record that is not there');
  assert.equal(rcode(queryBytes(Array.from({ length: 9 }, () => 'x'.repeat(31)).join('.'))), 1, 'a name of 288 bytes');
});

test('bytes that no host name has make a name that nobody here knows', () => {
  assert.equal(query(queryBytes('a b.c')).name, undefined);
});

test('an answer carries the addresses, and says when it had to leave some out', () => {
  const asked = query(queryBytes('db.example.com'));
  const addresses = Array.from({ length: 40 }, (_, i) => Uint8Array.of(10, 0, 0, i));
  const cut = writeAnswer(asked, { addresses, canonical: undefined, ttlS: 30 }, 512);
  assert.ok(cut.length <= 512);
  assert.equal((cut[2] ?? 0) & 0x02, 0x02, 'TC');
  assert.equal(cut[7], 30);
  const whole = writeAnswer(asked, { addresses, canonical: undefined, ttlS: 30 }, 0xffff);
  assert.equal(whole[7], 40);
  assert.equal((whole[2] ?? 0) & 0x06, 0x04, 'AA and not TC');
  assert.ok(isAnswerTo(whole, asked, asked.id));
});

test('an answer is told from others by id, direction and question', () => {
  const asked = query(queryBytes('db.example.com'));
  const answer = writeFailure(asked, 2);
  assert.ok(isAnswerTo(answer, asked, asked.id));
  assert.ok(!isAnswerTo(answer, asked, asked.id + 1));
  assert.ok(isAnswerTo(withId(answer, 7), asked, 7));
  assert.ok(!isAnswerTo(queryBytes('db.example.com'), asked, asked.id), 'a query');
  assert.ok(!isAnswerTo(writeFailure(query(queryBytes('dc.example.com')), 2), asked, asked.id));
  assert.ok(isAnswerTo(writeFailure(query(queryBytes('DB.example.COM')), 2), asked, asked.id));
});

test('whatever the bytes are, reading ends and every reply is a message', () => {
  const random = seededRandom(7);
  const seeds = [
    queryBytes('orders.shop.svc.cluster.local', TYPE.A, 4096),
    queryBytes('a'),
    queryBytes('x.y', 65, 512),
  ];
  for (let round = 0; round < 20_000; round++) {
    const bytes = (seeds[random.below(seeds.length)] ?? new Uint8Array()).slice();
    for (let i = random.below(6); i >= 0; i--) bytes[random.below(bytes.length)] = random.below(256);
    const read = readQuery(bytes.subarray(0, 1 + random.below(bytes.length)));
    if (read.kind === 'refused') {
      assert.ok(read.reply === undefined || read.reply.length === 12);
      continue;
    }
    const answer = { addresses: [Uint8Array.of(10, 0, 0, 1)], canonical: 'a.example.com', ttlS: 30 };
    const reply = writeAnswer(read.query, answer, udpLimit(read.query));
    assert.ok(reply.length <= udpLimit(read.query));
    assert.ok(isAnswerTo(reply, read.query, read.query.id));
  }
});
