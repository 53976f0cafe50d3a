import assert from 'node:assert/strict';
import type { Random } from '@weft/base';
import { CHUNKED } from '../framing.ts';
import type { RequestHead } from '../head.ts';
import { RequestParser } from '../http1/request-parser.ts';
import { serialiseRequestHead } from '../http1/serialise.ts';
import { HpackDecoder } from '../http2/hpack/decoder.ts';
import { HpackEncoder } from '../http2/hpack/encoder.ts';
import { REQUEST_SEEDS, RESPONSE_SEEDS } from './http1-seeds.ts';
import { block, GET } from './http2-bytes.ts';
import { CLIENT_SEEDS, SERVER_SEEDS } from './http2-seeds.ts';
import { mutate } from './mutate.ts';
import { recordRequests, recordResponses } from './record-http1.ts';
import { recordClient, recordServer } from './record-http2.ts';
import { splitRandomly } from './split.ts';

/** Something that takes foreign bytes. `run` makes one input, feeds it and throws when a property does not hold. */
export interface FuzzTarget {
  readonly name: string;
  run(random: Random): void;
}

const bytesOf = (texts: readonly string[]): readonly Buffer[] => texts.map((text) => Buffer.from(text, 'latin1'));

/** The property that both codecs share: no exception, and the same result however the bytes are cut. */
function splitTarget(
  name: string,
  seeds: readonly Buffer[],
  record: (pieces: readonly Buffer[]) => unknown,
): FuzzTarget {
  return {
    name,
    run(random) {
      const input = mutate(seeds[random.below(seeds.length)]!, seeds, random);
      const pieces = splitRandomly(input, 8, random);
      try {
        assert.deepEqual(record(pieces), record([input]));
      } catch (error) {
        throw new Error(
          `${name}: input ${input.toString('hex')} in pieces of ${pieces.map((piece) => piece.length).join()}`,
          { cause: error },
        );
      }
    },
  };
}

/** A request that is accepted and written again must be read the same: nothing in it may open a second framing or field. */
const rewritten: FuzzTarget = {
  name: 'http1 rewrite',
  run(random) {
    const seeds = bytesOf(REQUEST_SEEDS);
    const input = mutate(seeds[random.below(seeds.length)]!, seeds, random);
    const heads: RequestHead[] = [];
    const parser = new RequestParser({
      onRequest: (head) => heads.push(head),
      onRequestBody: () => undefined,
      onRequestEnd: () => parser.next(),
    });
    parser.push(input);
    for (const head of heads) {
      if (head.authority === '' || head.method === 'CONNECT') continue;
      const text = serialiseRequestHead(head, CHUNKED, '');
      const again: RequestHead[] = [];
      const second = new RequestParser({
        onRequest: (read) => again.push(read),
        onRequestBody: () => undefined,
        onRequestEnd: () => undefined,
      });
      const fault = second.push(Buffer.from(text, 'latin1'));
      assert.equal(
        fault,
        undefined,
        `${input.toString('hex')} was rewritten to ${JSON.stringify(text)}: ${fault?.message}`,
      );
      assert.deepEqual(
        [again[0]?.method, again[0]?.path, again[0]?.authority],
        [head.method, head.path, head.authority],
      );
    }
  },
};

const hpackSeeds: readonly Buffer[] = [
  block(...GET, ['cookie', 'a=b'], ['x-long', 'v'.repeat(50)]),
  Buffer.from('400a637573746f6d2d6b65790d637573746f6d2d686561646572', 'hex'),
  Buffer.from('828684418cf1e3c2e5f23a6ba0ab90f4ff', 'hex'),
];

/** Whatever can be decoded can be encoded, and decodes to the same. */
const hpack: FuzzTarget = {
  name: 'hpack',
  run(random) {
    const decoder = new HpackDecoder(4096);
    const encoder = new HpackEncoder();
    const mirror = new HpackDecoder(4096);
    for (let round = 0; round < 4; round++) {
      const input = mutate(hpackSeeds[random.below(hpackSeeds.length)]!, hpackSeeds, random);
      const fields: string[] = [];
      const whole = decoder.decode(input, 0, input.length, (name, value) => fields.push(name, value));
      assert.ok(decoder.tableSize <= 4096);
      if (!whole) return;
      encoder.begin();
      for (let i = 0; i < fields.length; i += 2) encoder.field(fields[i]!, fields[i + 1]!);
      const again: string[] = [];
      const bytes = encoder.end();
      assert.ok(
        mirror.decode(bytes, 0, bytes.length, (name, value) => again.push(name, value)),
        input.toString('hex'),
      );
      assert.deepEqual(again, fields, input.toString('hex'));
    }
  },
};

export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  splitTarget('http1 requests', bytesOf(REQUEST_SEEDS), recordRequests),
  splitTarget('http1 responses', bytesOf(RESPONSE_SEEDS), (pieces) => recordResponses(pieces, 'GET')),
  rewritten,
  splitTarget('http2 server', SERVER_SEEDS, (pieces) => recordServer(pieces, { answer: true })),
  splitTarget('http2 client', CLIENT_SEEDS, (pieces) => recordClient(pieces, 2)),
  hpack,
];
