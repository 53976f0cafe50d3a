import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PROXY_ENTRY, PROXY_ENV, PROXY_FLAGS } from './proxy-process.ts';

/**
 * Fills the compile cache with what a proxy process loads. Without it, the first processes ever started would each strip and compile
 * every source, at the same time, and keep the type stripper in memory. With a filled cache this takes a tenth of a second.
 */
export async function warmUpProxies(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const child = spawn(process.execPath, [...PROXY_FLAGS, PROXY_ENTRY, '--warm-up'], {
    env: { ...PROXY_ENV, ...env },
    stdio: 'ignore',
  });
  // How it ends does not matter: a proxy that cannot even be loaded says so itself, with its log.
  await once(child, 'exit');
}
