/** Randomness as an argument, so that a decision can be repeated. Not for secrets. */
export interface Random {
  /** A whole number from 0 up to, not including, `bound` (at least 1, at most 2^32). */
  below(bound: number): number;
}

/** A fast generator (xorshift128) started from `seed`; the same seed gives the same numbers. */
export function seededRandom(seed: number): Random {
  let a = seed | 0 || 0x9e3779b9;
  let b = 0x243f6a88;
  let c = 0xb7e15162;
  let d = 0xdeadbeef;
  const next = (): number => {
    const t = d ^ (d << 11);
    d = c;
    c = b;
    b = a;
    a = a ^ (a >>> 19) ^ (t ^ (t >>> 8));
    return a >>> 0;
  };
  for (let i = 0; i < 16; i++) next();
  return { below: (bound) => Math.floor((next() / 0x1_0000_0000) * bound) };
}

/** A generator started anew in each process. */
export function systemRandom(): Random {
  // V8 seeds Math.random from the system's entropy. node:crypto would do it too, and stay in a proxy's memory with 2.5 MB.
  return seededRandom(Math.floor(Math.random() * 0x7fff_ffff) + 1);
}
