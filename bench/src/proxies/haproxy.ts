import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, PROXY_CORE, startPinned, untilListening } from '../measure/running.ts';
import type { Started } from './nginx.ts';

/** haproxy with one thread and shared, kept-alive connections to the backend; `http2` is prior knowledge on both sides. */
export async function startHaproxy(
  program: string,
  folder: string,
  backendPort: number,
  protocol: 'http1' | 'http2' | 'tcp' = 'http1',
): Promise<Started> {
  const port = await freePort();
  const prior = protocol === 'http2' ? ' proto h2' : '';
  const [mode, pooling] = protocol === 'tcp' ? ['tcp', ''] : ['http', ' pool-max-conn 64'];
  const file = join(folder, 'haproxy/haproxy.cfg');
  mkdirSync(join(folder, 'haproxy'), { recursive: true });
  writeFileSync(
    file,
    `global
  nbthread 1
  maxconn 4096
defaults
  mode ${mode}
${mode === 'http' ? '  http-reuse always\n' : ''}  timeout connect 1s
  timeout client 60s
  timeout server 60s
frontend in
  bind 127.0.0.1:${port}${prior}
  default_backend out
backend out
  server one 127.0.0.1:${backendPort}${prior}${pooling}
`,
  );
  const running = startPinned(PROXY_CORE, program, ['-db', '-f', file]);
  await untilListening(running, port, 'haproxy');
  return { pid: running.pid, port, [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() };
}
