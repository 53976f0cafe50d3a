import { createServer } from 'node:net';
import { Failure } from '../command/failure.ts';
import { portOwner } from './port-owner.ts';

/** A port somebody wants to listen on, and the option that chooses another one. */
export interface WantedPort {
  readonly host: string;
  readonly port: number;
  /** What it is for, in the message: "the gateway". */
  readonly use: string;
  /** `--gateway-port 9090`. */
  readonly option: string;
}

/** A port the system says is free right now on `host`. */
export function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port: 0, exclusive: true }, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Looks at every port before anything starts, so that one message names all that are taken, by whom, and what to do. */
export async function requireFreePorts(wanted: readonly WantedPort[], platform: NodeJS.Platform): Promise<void> {
  const taken: string[] = [];
  const options: string[] = [];
  for (const { host, port, use, option } of wanted) {
    if (port === 0 || (await isFree(host, port))) continue;
    const owner = await portOwner(port, platform);
    const who = owner === undefined ? 'another process' : `process ${owner.pid} (${owner.command.slice(0, 120)})`;
    taken.push(`port ${port} for ${use} is taken by ${who}`);
    options.push(option);
  }
  if (taken.length > 0)
    throw new Failure('portTaken', taken.join('; '), `choose other ports with ${options.join(' or ')}`);
}
