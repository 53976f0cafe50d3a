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

/** Undefined when the port can be bound, else why not (`EADDRINUSE`, `EACCES`, …). */
function whyNot(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** Looks at every port before anything starts, so that one message names all that are taken, by whom, and what to do. */
export async function requireFreePorts(wanted: readonly WantedPort[], platform: NodeJS.Platform): Promise<void> {
  const problems: string[] = [];
  const options = new Set<string>();
  for (const { host, port, use, option } of wanted) {
    const reason = port === 0 ? undefined : await whyNot(host, port);
    if (reason === undefined) continue;
    problems.push(`port ${port} for ${use} ${await explainReason(reason, host, port, platform)}`);
    options.add(option);
  }
  if (problems.length === 0) return;
  throw new Failure('portTaken', problems.join('\n       '), `choose other ports with ${[...options].join(' or ')}`);
}

async function explainReason(reason: string, host: string, port: number, platform: NodeJS.Platform): Promise<string> {
  if (reason === 'EACCES') return 'needs privileges that this user does not have';
  if (reason !== 'EADDRINUSE') return `cannot be bound (${reason})`;
  const owner = await portOwner(host, port, platform);
  return `is taken by ${owner === undefined ? 'a process of another user' : `process ${owner.pid}: ${owner.command.slice(0, 160)}`}`;
}
