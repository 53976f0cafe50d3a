import type { Random } from '@weft/base';

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hex32(word: number): string {
  return HEX[word >>> 24]! + HEX[(word >>> 16) & 0xff]! + HEX[(word >>> 8) & 0xff]! + HEX[word & 0xff]!;
}

/** @hot A version 4 UUID (RFC 9562 §5.4). It identifies, it does not protect: no secret may hang on it. */
export function newRequestId(random: Random): string {
  const a = random.below(0x1_0000_0000);
  const b = (random.below(0x1_0000_0000) & 0xffff0fff) | 0x4000;
  const c = (random.below(0x1_0000_0000) & 0x3fffffff) | 0x80000000;
  const second = hex32(b);
  const third = hex32(c);
  return `${hex32(a)}-${second.slice(0, 4)}-${second.slice(4)}-${third.slice(0, 4)}-${third.slice(4)}${hex32(random.below(0x1_0000_0000))}`;
}
