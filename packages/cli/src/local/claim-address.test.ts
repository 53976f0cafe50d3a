import assert from 'node:assert/strict';
import { createServer } from 'node:net';
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

  test(`a slot whose sidecar is still there is passed over (${mode})`, async () => {
    const first = await claimAddress(mode);
    const { sockets } = first;
    await first.release();
    const sidecar = createServer();
    await new Promise<void>((resolve) => sidecar.listen(sockets.adminPort, sockets.address, resolve));
    await using second = await claimAddress(mode);
    assert.notEqual(second.sockets.slot, sockets.slot);
    await new Promise((resolve) => sidecar.close(resolve));
  });
}
