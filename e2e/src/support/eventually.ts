import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks every 100 ms until `done` says so: another process is ready when it is ready. Gives up after 15 s, with what was last seen.
 *
 * @param what ends the sentence "gave up waiting for …"
 */
export async function eventually<T>(what: string, ask: () => Promise<T> | T, done: (value: T) => boolean): Promise<T> {
  let last: unknown;
  for (let i = 0; i < 150; i++) {
    try {
      const value = await ask();
      if (done(value)) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    await delay(100);
  }
  throw new Error(
    `gave up waiting for ${what}; last seen: ${last instanceof Error ? last.message : JSON.stringify(last)}`,
  );
}
