import { get } from 'node:http';
import { type Clock, sleep } from '@weft/base';
import { Failure } from '../command/failure.ts';

const POLL_MS = 20;
const TIMEOUT_MS = 20_000;

/** Asks until an answer with status 200 comes back through the gateway and everything behind it. */
export async function firstAnswer(
  target: { readonly port: number; readonly host: string; readonly path: string },
  clock: Clock,
): Promise<void> {
  const deadline = clock.monotonic() + TIMEOUT_MS;
  for (;;) {
    const outcome = await ask(target);
    if (outcome === '200') return;
    if (clock.monotonic() > deadline) {
      throw new Failure(
        'timeout',
        `no answer from http://localhost:${target.port}${target.path} in time; the last was: ${outcome}`,
      );
    }
    await sleep(clock, POLL_MS);
  }
}

/** The status, with the proxy's own error code when it has one, or the error. */
function ask(target: { readonly port: number; readonly host: string; readonly path: string }): Promise<string> {
  return new Promise((resolve) => {
    const options = {
      host: '127.0.0.1',
      port: target.port,
      path: target.path,
      headers: { host: target.host },
      agent: false,
    };
    const request = get(options, (response) => {
      const code = response.headers['x-weft-error'];
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        const status = String(response.statusCode);
        resolve(status === '200' ? status : [status, code, text.slice(0, 300)].join(' '));
      });
      response.on('error', (error) => resolve(error.message));
    });
    request.on('error', (error) => resolve(error.message));
  });
}
