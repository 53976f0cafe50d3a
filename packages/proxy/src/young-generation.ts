import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** A young generation of this size grows no more; the last step, from just below it, doubles it. */
const ENOUGH_BYTES = 8 * 1024 * 1024;
/** By the first look the proxy's modules are loaded; then often enough that growing stops in time, seldom enough to cost nothing. */
const LOOK_EVERY_MS = 2000;

/**
 * Keeps V8's young generation at the size it has now (2 MiB in a fresh process) while the proxy's modules are loaded, which would make it
 * grow; to be called before they are. From then on load may make it grow to 8 or 16 MiB, but not to the 32 MiB of V8's own choice.
 * docs/decisions/0190.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  let mayGrow = false;
  setInterval(() => {
    const wanted = youngGenerationBytes() < ENOUGH_BYTES;
    if (wanted === mayGrow) return;
    mayGrow = wanted;
    setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`);
  }, LOOK_EVERY_MS).unref();
}

function youngGenerationBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}
