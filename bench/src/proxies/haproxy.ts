import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, PROXY_CORE, startPinned, untilListening } from '../measure/running.ts';
import type { Started } from './nginx.ts';

/** haproxy with one thread and shared, kept-alive connections to the backend. */
export async function startHaproxy(program: string, folder: string, backendPort: number): Promise<Started> {
  const port = await freePort();
  const file = join(folder, 'haproxy/haproxy.cfg');
  mkdirSync(join(folder, 'haproxy'), { recursive: true });
  writeFileSync(
    file,
    `global
  nbthread 1
  maxconn 4096
defaults
  mode http
  http-reuse always
  timeout connect 1s
  timeout client 60s
  timeout server 60s
frontend in
  bind 127.0.0.1:${port}
  default_backend out
backend out
  server one 127.0.0.1:${backendPort} pool-max-conn 64
`,
  );
  const running = startPinned(PROXY_CORE, program, ['-db', '-f', file]);
  await untilListening(running, port, 'haproxy');
  return { pid: running.pid, port, [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() };
}
