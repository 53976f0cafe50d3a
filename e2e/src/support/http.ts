import { Agent, request } from 'node:http';
import { createConnection } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Requests to one port of this machine, over connections that are kept. */
export class Client implements Disposable {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });

  constructor(port: number) {
    this.#port = port;
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.#port, path, headers, agent: this.#agent };
      const call = request(options, (response) => {
        response.setEncoding('utf8');
        let text = '';
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
        response.on('error', reject);
      });
      call.on('error', reject);
      call.end();
    });
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

/** The versions by service, of an answer of the shop: `orders` → `v2`. */
export function versionsIn(text: string): ReadonlyMap<string, string> {
  const versions = new Map<string, string>();
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('service' in value && 'version' in value) versions.set(String(value.service), String(value.version));
    if ('calls' in value && Array.isArray(value.calls)) value.calls.forEach(collect);
  };
  collect(JSON.parse(text));
  return versions;
}

/** Sends bytes as they are and returns everything that comes back until the other side closes. */
export function sendRaw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: '127.0.0.1', port }, () => socket.write(bytes));
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
}
