/** Keeps results alive, so that the optimiser cannot drop what is measured. */
let sink = 0;

/**
 * Prints the best of `rounds` rounds in nanoseconds per operation. `operation` gets a counter to rotate its inputs by (a single
 * input lets the optimiser specialise on it) and returns a number that depends on the result.
 */
export function measure(name: string, operation: (turn: number) => number, perRound = 100_000, rounds = 9): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = process.hrtime.bigint();
    for (let turn = 0; turn < perRound; turn++) sink = (sink + operation(turn)) | 0;
    best = Math.min(best, Number(process.hrtime.bigint() - start) / perRound);
  }
  console.log(`${name.padEnd(58)} ${best.toFixed(0).padStart(7)} ns/op`);
  return sink;
}
