import { test } from 'node:test';
import { seededRandom } from '@weft/base';
import { FUZZ_TARGETS } from './targets.ts';

for (const target of FUZZ_TARGETS) {
  test(`fuzz, fixed seed: ${target.name}`, () => {
    const random = seededRandom(20_261_121);
    for (let i = 0; i < 1500; i++) target.run(random);
  });
}
