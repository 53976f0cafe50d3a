import type { Random } from '@weft/base';

const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
/** One for all ids: written and read within a call. The dashes stay where they are. */
const TEXT = Buffer.from('00000000-0000-4000-8000-000000000000', 'latin1');

function put(value: number, at: number, digits: number): void {
  for (let i = at + digits - 1, left = value; i >= at; i--, left >>>= 4) TEXT[i] = DIGITS[left & 0xf]!;
}

/** @hot A version 4 UUID (RFC 9562 §5.4). It identifies, it does not protect: no secret may hang on it. */
export function newRequestId(random: Random): string {
  const b = (random.below(0x1_0000_0000) & 0xffff0fff) | 0x4000;
  const c = (random.below(0x1_0000_0000) & 0x3fffffff) | 0x80000000;
  put(random.below(0x1_0000_0000), 0, 8);
  put(b >>> 16, 9, 4);
  put(b & 0xffff, 14, 4);
  put(c >>> 16, 19, 4);
  put(c & 0xffff, 24, 4);
  put(random.below(0x1_0000_0000), 28, 8);
  return TEXT.toString('latin1');
}
