import type { Random } from '@weft/base';

/** `bytes` cut in two at `offset`. The pieces are copies, so that a parser cannot look past the end of one. */
export function splitAt(bytes: Buffer, offset: number): readonly Buffer[] {
  return [Buffer.from(bytes.subarray(0, offset)), Buffer.from(bytes.subarray(offset))];
}

/** `bytes` cut at up to `cuts` random places. */
export function splitRandomly(bytes: Buffer, cuts: number, random: Random): readonly Buffer[] {
  const offsets = Array.from({ length: random.below(cuts) + 1 }, () => random.below(bytes.length + 1)).sort(
    (a, b) => a - b,
  );
  return [0, ...offsets].map((offset, index) => Buffer.from(bytes.subarray(offset, offsets[index] ?? bytes.length)));
}

/** `bytes` one at a time. */
export function splitToBytes(bytes: Buffer): readonly Buffer[] {
  return Array.from(bytes, (byte) => Buffer.from([byte]));
}
