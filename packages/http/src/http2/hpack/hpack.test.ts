import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@weft/base';
import { BAD_NAME, BAD_VALUE, HpackDecoder } from './decoder.ts';
import { HpackEncoder } from './encoder.ts';
import { huffmanDecode, huffmanEncode, huffmanLength } from './huffman.ts';

function decodeHex(decoder: HpackDecoder, hex: string): readonly string[] | undefined {
  const bytes = Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');
  const fields: string[] = [];
  return decoder.decode(bytes, 0, bytes.length, (name, value) => fields.push(`${name}: ${value}`)) ? fields : undefined;
}

interface Example {
  readonly title: string;
  readonly limit: number;
  readonly steps: readonly (readonly [hex: string, fields: readonly string[], tableSize: number])[];
}

const GET = [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'];
const requests = (first: string, second: string, third: string): Example['steps'] => [
  [first, GET, 57],
  [second, [...GET, 'cache-control: no-cache'], 110],
  [
    third,
    [':method: GET', ':scheme: https', ':path: /index.html', ':authority: www.example.com', 'custom-key: custom-value'],
    164,
  ],
];
const RESPONSE = [
  ':status: 302',
  'cache-control: private',
  'date: Mon, 21 Oct 2013 20:13:21 GMT',
  'location: https://www.example.com',
];
const responses = (first: string, second: string, third: string): Example['steps'] => [
  [first, RESPONSE, 222],
  [second, [':status: 307', ...RESPONSE.slice(1)], 222],
  [
    third,
    [
      ':status: 200',
      'cache-control: private',
      'date: Mon, 21 Oct 2013 20:13:22 GMT',
      'location: https://www.example.com',
      'content-encoding: gzip',
      'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
    ],
    215,
  ],
];

const EXAMPLES: readonly Example[] = [
  {
    title: 'C.2.1',
    limit: 4096,
    steps: [['400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572', ['custom-key: custom-header'], 55]],
  },
  { title: 'C.2.2', limit: 4096, steps: [['040c 2f73 616d 706c 652f 7061 7468', [':path: /sample/path'], 0]] },
  { title: 'C.2.3', limit: 4096, steps: [['1008 7061 7373 776f 7264 0673 6563 7265 74', ['password: secret'], 0]] },
  { title: 'C.2.4', limit: 4096, steps: [['82', [':method: GET'], 0]] },
  {
    title: 'C.3 requests without Huffman coding',
    limit: 4096,
    steps: requests(
      '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
      '8286 84be 5808 6e6f 2d63 6163 6865',
      '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
    ),
  },
  {
    title: 'C.4 requests with Huffman coding',
    limit: 4096,
    steps: requests(
      '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
      '8286 84be 5886 a8eb 1064 9cbf',
      '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
    ),
  },
  {
    title: 'C.5 responses without Huffman coding, with evictions',
    limit: 256,
    steps: responses(
      `4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120
       474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
      '4803 3330 37c1 c0bf',
      `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738
       666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33
       3630 303b 2076 6572 7369 6f6e 3d31`,
    ),
  },
  {
    title: 'C.6 responses with Huffman coding, with evictions',
    limit: 256,
    steps: responses(
      `4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718
       63c7 8f0b 97c8 e9ae 82ae 43d3`,
      '4883 640e ffc1 c0bf',
      `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7
       b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07`,
    ),
  },
];
for (const { title, limit, steps } of EXAMPLES) {
  test(`RFC 7541 Appendix ${title}`, () => {
    const decoder = new HpackDecoder(limit);
    for (const [hex, fields, tableSize] of steps) {
      assert.deepEqual(decodeHex(decoder, hex), fields);
      assert.equal(decoder.tableSize, tableSize);
    }
  });
}

for (const [what, hex] of [
  ['index 0', '80'],
  ['an index beyond the tables', 'be'],
  ['a name index beyond the tables', '7f0001 61'],
  ['a size update above our limit', '3fe21f'],
  ['a size update behind a field', '82 20'],
  ['a string longer than the block', '00 05 61'],
  ['an integer without end', 'ff8080808080808080808080'],
  ['an integer beyond 2^31', 'ffffffffff7f'],
  ['a block that ends within an integer', 'ff'],
  ['the EOS symbol', '00 84ffffffff 0161'],
  ['padding of more than seven bits', '00 82 1fff 0161'],
  ['padding of zeros', '00 81 18 0161'],
] as const) {
  test(`refuses ${what}`, () => assert.equal(decodeHex(new HpackDecoder(4096), hex), undefined));
}

test('marks names and values that HTTP/2 does not allow, also when they come from the table', () => {
  const decoder = new HpackDecoder(4096);
  const encode = (name: string, value: string): string =>
    `40${Buffer.from([name.length]).toString('hex')}${Buffer.from(name).toString('hex')}${Buffer.from([value.length]).toString('hex')}${Buffer.from(value).toString('hex')}`;
  const notesOf = (hex: string): readonly number[] => {
    const notes: number[] = [];
    const bytes = Buffer.from(hex, 'hex');
    assert.ok(decoder.decode(bytes, 0, bytes.length, (_name, _value, note) => notes.push(note)));
    return notes;
  };
  assert.deepEqual(notesOf(encode('Upper', 'v')), [BAD_NAME]);
  assert.deepEqual(notesOf(encode('ok', 'a\nb')), [BAD_VALUE]);
  assert.deepEqual(notesOf(encode('ok', ' v')), [BAD_VALUE]);
  assert.deepEqual(notesOf(encode('', 'v')), [BAD_NAME]);
  assert.deepEqual(notesOf('bebfc0c1'), [BAD_NAME, BAD_VALUE, BAD_VALUE, BAD_NAME]);
});

test('Huffman coding round-trips every byte and random strings', () => {
  const random = seededRandom(3);
  const texts = [Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('latin1')];
  for (let i = 0; i < 300; i++) {
    texts.push(Buffer.from(Array.from({ length: random.below(40) }, () => random.below(256))).toString('latin1'));
  }
  for (const text of texts) {
    const out = Buffer.alloc(huffmanLength(text));
    assert.equal(huffmanEncode(text, out, 0), out.length);
    assert.equal(huffmanDecode(out, 0, out.length), text);
  }
});

test('what the encoder writes the decoder reads, through evictions, size changes and secrets', () => {
  const random = seededRandom(11);
  const encoder = new HpackEncoder();
  const decoder = new HpackDecoder(4096);
  const names = [
    ':status',
    'content-type',
    'x-a',
    'x-b',
    'cookie',
    'authorization',
    'set-cookie',
    ...Array.from({ length: 60 }, (_, i) => `x-name-${i}`),
  ];
  for (let block = 0; block < 2000; block++) {
    if (random.below(50) === 0) encoder.setPeerLimit(random.below(5000));
    const fields: string[] = [];
    encoder.begin();
    for (let i = random.below(12); i >= 0; i--) {
      const name = names[random.below(names.length)]!;
      const value = 'v'.repeat(random.below(3) === 0 ? random.below(300) : 3) + random.below(20);
      fields.push(`${name}: ${value}`);
      encoder.field(name, value);
    }
    assert.deepEqual(decodeHex(decoder, encoder.end().toString('hex')), fields);
    assert.equal(decoder.tableSize, encoder.tableSize);
  }
});

test('a repeated head costs one byte per field', () => {
  const encoder = new HpackEncoder();
  const write = (): number => {
    encoder.begin();
    for (const [name, value] of [
      [':status', '200'],
      ['server', 'weft'],
      ['content-type', 'application/json'],
    ] as const)
      encoder.field(name, value);
    return encoder.end().length;
  };
  write();
  assert.equal(write(), 3);
});

test('a name that is used once does not stay in the encoder', () => {
  const encoder = new HpackEncoder(64);
  encoder.begin();
  for (let i = 0; i < 5000; i++) encoder.field(`x-${i}`, 'v'.repeat(100));
  assert.ok(encoder.end().length > 0);
});
