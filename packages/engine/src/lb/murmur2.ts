import type { Hash64 } from './xxhash64.ts';

const M = 0xc6a4a7935bd1e995n;
const MASK = 0xffff_ffff_ffff_ffffn;
/** The seed of libstdc++'s std::hash, which Envoy's MURMUR_HASH_2 stands for. */
const SEED = 0xc70f6907n;

/**
 * MurmurHash64A, for rings that are to agree with old ones (RingHashLbConfig.hash_function). Only runs when a ring is built: requests are
 * hashed with xxHash64 whatever the ring's function, so BigInt is affordable here.
 */
export function murmur2(text: string, _seed: number, out: Hash64): Hash64 {
  const bytes = new TextEncoder().encode(text);
  const view = new DataView(bytes.buffer);
  let h = SEED ^ ((BigInt(bytes.length) * M) & MASK);
  const whole = bytes.length & ~7;
  for (let at = 0; at < whole; at += 8) {
    let k = (view.getBigUint64(at, true) * M) & MASK;
    k ^= k >> 47n;
    k = (k * M) & MASK;
    h = ((h ^ k) * M) & MASK;
  }
  if (whole < bytes.length) {
    let tail = 0n;
    for (let i = bytes.length - 1; i >= whole; i--) tail = (tail << 8n) | BigInt(bytes[i]!);
    h = ((h ^ tail) * M) & MASK;
  }
  h ^= h >> 47n;
  h = (h * M) & MASK;
  h ^= h >> 47n;
  out.hi = Number(h >> 32n);
  out.lo = Number(h & 0xffff_ffffn);
  return out;
}
