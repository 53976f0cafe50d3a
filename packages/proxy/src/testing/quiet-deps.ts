import { type Clock, seededRandom, silentLogger, systemClock } from '@weft/base';
import type { ProxyDeps } from '../run-proxy.ts';

/** What a proxy of a test takes from its process: a seed, no environment, and nothing that is written anywhere. */
export function quietDeps(clock: Clock = systemClock): ProxyDeps {
  return {
    clock,
    random: seededRandom(1),
    logger: silentLogger,
    logControl: { level: 'off' },
    stdout: () => undefined,
    stderr: () => undefined,
    version: 'test',
    quit: () => undefined,
    environment: () => undefined,
  };
}
