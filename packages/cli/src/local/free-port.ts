import { createServer } from 'node:net';
import { type Random, systemRandom } from '@weft/base';
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

/**
 * Below the ports that systems give to outgoing connections (Linux from 32 768, macOS from 49 152), which could take a port between the
 * moment it is found free and the moment the process that is told of it listens; above the blocks of `address-plan.ts`.
 */
const FREE_PORTS = { first: 30_100, count: 2600 };

/** What this process has looked at already: nobody may listen yet on a port that was given away a moment ago. */
const given = new Set<number>();

/** A port that is free right now on `host`, for a process that has to be told one. */
export async function freePort(host: string, random: Random = systemRandom()): Promise<number> {
  const start = random.below(FREE_PORTS.count);
  for (let i = 0; i < FREE_PORTS.count; i++) {
    const port = FREE_PORTS.first + ((start + i) % FREE_PORTS.count);
    if (given.has(port)) continue;
    given.add(port);
    if ((await whyNot(host, port)) === undefined) return port;
  }
  throw new Failure(
    'portTaken',
    `no port of ${host} from ${FREE_PORTS.first} to ${FREE_PORTS.first + FREE_PORTS.count - 1} is free`,
  );
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
