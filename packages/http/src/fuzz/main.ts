/** `node packages/http/src/fuzz/main.ts [--seconds N] [--seed N]`: fuzzes both codecs and HPACK, a new seed each round. */
import { parseArgs } from 'node:util';
import { seededRandom } from '@weft/base';
import { FUZZ_TARGETS } from './targets.ts';

const ROUND = 1000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 0x7fff_ffff) },
  },
});
const until = performance.now() + Number(values.seconds) * 1000;
let seed = Number(values.seed);
if (!Number.isInteger(seed) || !Number.isFinite(until)) {
  console.error('usage: node packages/http/src/fuzz/main.ts [--seconds N] [--seed N]');
  process.exit(2);
}
let inputs = 0;
while (performance.now() < until) {
  for (const target of FUZZ_TARGETS) {
    const random = seededRandom(seed);
    try {
      for (let i = 0; i < ROUND; i++) target.run(random);
    } catch (error) {
      console.error(`${target.name} failed; repeat with --seed ${seed}`);
      throw error;
    }
    inputs += ROUND;
  }
  seed++;
}
console.log(`${inputs} inputs over ${FUZZ_TARGETS.length} targets, no failure; last seed ${seed - 1}`);
