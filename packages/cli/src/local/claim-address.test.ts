import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressModeOf } from './address-plan.ts';
import { claimAddress } from './claim-address.ts';

for (const mode of new Set([addressModeOf(process.platform, {}), 'ports' as const])) {
  test(`claims made at the same time never share a slot (${mode})`, async () => {
    const claims = await Promise.all(Array.from({ length: 6 }, () => claimAddress(mode)));
    try {
      assert.equal(new Set(claims.map((claim) => claim.sockets.slot)).size, 6);
    } finally {
      await Promise.all(claims.map((claim) => claim.release()));
    }
  });

  test(`a released slot can be claimed again (${mode})`, async () => {
    const first = await claimAddress(mode);
    await first.release();
    await using second = await claimAddress(mode);
    assert.ok(second.sockets.slot >= 1);
  });
}
