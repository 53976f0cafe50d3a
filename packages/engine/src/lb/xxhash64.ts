/** A 64-bit number in two unsigned 32-bit halves. */
export interface Hash64 {
  hi: number;
  lo: number;
}

// The primes of XXH64 (xxHash specification §"XXH64 algorithm"), halved.
const P1H = 0x9e3779b1;
const P1L = 0x85ebca87;
const P2H = 0xc2b2ae3d;
const P2L = 0x27d4eb4f;
const P3H = 0x165667b1;
const P3L = 0x9e3779f9;
const P4H = 0x85ebca77;
const P4L = 0xc2b2ae63;
const P5H = 0x27d4eb2f;
const P5L = 0x165667c5;

// The result of the last 64-bit operation: two module variables instead of an object per step.
let rh = 0;
let rl = 0;

function mul(ah: number, al: number, bh: number, bl: number): void {
  const a0 = al & 0xffff;
  const a1 = al >>> 16;
  const b0 = bl & 0xffff;
  const b1 = bl >>> 16;
  const p00 = a0 * b0;
  const t = a1 * b0 + (p00 >>> 16);
  const w = (t & 0xffff) + a0 * b1;
  const high = a1 * b1 + Math.floor(t / 65_536) + Math.floor(w / 65_536);
  rl = ((w & 0xffff) << 16) | (p00 & 0xffff);
  rh = (high + Math.imul(ah, bl) + Math.imul(al, bh)) | 0;
}

function add(ah: number, al: number, bh: number, bl: number): void {
  const low = (al >>> 0) + (bl >>> 0);
  rl = low | 0;
  rh = (ah + bh + (low > 0xffff_ffff ? 1 : 0)) | 0;
}

function rotl(h: number, l: number, n: number): void {
  if (n >= 32) {
    const swap = h;
    h = l;
    l = swap;
    n -= 32;
  }
  if (n === 0) {
    rh = h;
    rl = l;
    return;
  }
  rh = (h << n) | (l >>> (32 - n));
  rl = (l << n) | (h >>> (32 - n));
}

/** One lane's round: rotl(acc + input × P2, 31) × P1. */
function round(ah: number, al: number, ih: number, il: number): void {
  mul(ih, il, P2H, P2L);
  add(ah, al, rh, rl);
  rotl(rh, rl, 31);
  mul(rh, rl, P1H, P1L);
}

function mergeRound(hh: number, hl: number, vh: number, vl: number): void {
  round(0, 0, vh, vl);
  mul(hh ^ rh, hl ^ rl, P1H, P1L);
  add(rh, rl, P4H, P4L);
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** XXH64 of the first `length` bytes, written to `out`. `seed` is a 32-bit number. No BigInt: this runs per request. */
export function xxHash64(bytes: Uint8Array, length: number, seed: number, out: Hash64): Hash64 {
  let at = 0;
  if (length >= 32) {
    at = stripes(bytes, length, seed);
  } else {
    add(0, seed, P5H, P5L);
  }
  add(rh, rl, 0, length);
  let hh = rh;
  let hl = rl;
  for (; at + 8 <= length; at += 8) {
    round(0, 0, word(bytes, at + 4), word(bytes, at));
    rotl(hh ^ rh, hl ^ rl, 27);
    mul(rh, rl, P1H, P1L);
    add(rh, rl, P4H, P4L);
    hh = rh;
    hl = rl;
  }
  if (at + 4 <= length) {
    mul(0, word(bytes, at), P1H, P1L);
    rotl(hh ^ rh, hl ^ rl, 23);
    mul(rh, rl, P2H, P2L);
    add(rh, rl, P3H, P3L);
    hh = rh;
    hl = rl;
    at += 4;
  }
  for (; at < length; at++) {
    mul(0, bytes[at]!, P5H, P5L);
    rotl(hh ^ rh, hl ^ rl, 11);
    mul(rh, rl, P1H, P1L);
    hh = rh;
    hl = rl;
  }
  return avalanche(hh, hl, out);
}

function avalanche(h: number, l: number, out: Hash64): Hash64 {
  // h ^= h >>> 33; h *= P2; h ^= h >>> 29; h *= P3; h ^= h >>> 32
  mul(h, l ^ (h >>> 1), P2H, P2L);
  const h29 = rh >>> 29;
  const l29 = (rl >>> 29) | (rh << 3);
  mul(rh ^ h29, rl ^ l29, P3H, P3L);
  out.hi = rh >>> 0;
  out.lo = (rl ^ rh) >>> 0;
  return out;
}

/** The 32-byte stripes; leaves the merged accumulator in (rh, rl) and returns how far it came. */
function stripes(bytes: Uint8Array, length: number, seed: number): number {
  const lanes = new Int32Array(8);
  add(P1H, P1L, P2H, P2L);
  add(rh, rl, 0, seed);
  lanes[0] = rh;
  lanes[1] = rl;
  add(0, seed, P2H, P2L);
  lanes[2] = rh;
  lanes[3] = rl;
  lanes[5] = seed;
  add(0, seed, ~P1H, ~P1L);
  add(rh, rl, 0, 1);
  lanes[6] = rh;
  lanes[7] = rl;
  let at = 0;
  for (; at + 32 <= length; at += 32) {
    for (let lane = 0; lane < 4; lane++) {
      const i = at + lane * 8;
      round(lanes[lane * 2]!, lanes[lane * 2 + 1]!, word(bytes, i + 4), word(bytes, i));
      lanes[lane * 2] = rh;
      lanes[lane * 2 + 1] = rl;
    }
  }
  let hh = 0;
  let hl = 0;
  const turns = [1, 7, 12, 18];
  for (let lane = 0; lane < 4; lane++) {
    rotl(lanes[lane * 2]!, lanes[lane * 2 + 1]!, turns[lane]!);
    add(hh, hl, rh, rl);
    hh = rh;
    hl = rl;
  }
  for (let lane = 0; lane < 4; lane++) {
    mergeRound(hh, hl, lanes[lane * 2]!, lanes[lane * 2 + 1]!);
    hh = rh;
    hl = rl;
  }
  return at;
}

const encoder = new TextEncoder();
let scratch = new Uint8Array(256);

/** XXH64 of a text: its bytes if every character is one (header values off the wire), else its UTF-8. */
export function hashText(text: string, seed: number, out: Hash64): Hash64 {
  const length = text.length;
  if (scratch.length < length) scratch = new Uint8Array(length * 2);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 255) {
      const bytes = encoder.encode(text);
      return xxHash64(bytes, bytes.length, seed, out);
    }
    scratch[i] = code;
  }
  return xxHash64(scratch, length, seed, out);
}

/** `hash` modulo a number below 2^26, exactly: the products stay below 2^53. */
export function modulo(hi: number, lo: number, divisor: number): number {
  return ((hi % divisor) * (0x1_0000_0000 % divisor) + (lo % divisor)) % divisor;
}
