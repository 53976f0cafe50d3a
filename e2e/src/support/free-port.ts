/** Ports for processes that must be told one. Whoever can, listens on port 0 instead. */
import { createServer } from 'node:net';

/** `port` when nobody listens on it at loopback now. */
function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(port)));
  });
}

/** Ports that no outgoing connection takes (those begin at 32 768) and that no process of ours has by default. */
const PORTS = { first: 27_000, count: 3000 };

/** A port of loopback that is free now. Two calls never give the same one; processes begin to look at different places. */
export async function freePort(): Promise<number> {
  for (let i = 0; i < PORTS.count; i++) {
    const port = await tryPort(PORTS.first + ((process.pid * 37 + given++) % PORTS.count));
    if (port !== undefined) return port;
  }
  throw new Error('no port of 127.0.0.1 is free');
}

let given = 0;

/** What `--port-offset` moves: admin, readiness, metrics. */
const OFFSET_PORTS = [15_000, 15_021, 15_090];
/** Moved ports stay below 32 768, where connections of other tests take theirs. */
const OFFSETS = { first: 1100, step: 100, count: 160 };

/** A `--port-offset` whose ports are all free now. Processes begin to look at different places. */
export async function freePortOffset(): Promise<number> {
  for (let i = 0; i < OFFSETS.count; i++) {
    const offset = OFFSETS.first + ((process.pid + i) % OFFSETS.count) * OFFSETS.step;
    const found = await Promise.all(OFFSET_PORTS.map((port) => tryPort(port + offset)));
    if (!found.includes(undefined)) return offset;
  }
  throw new Error('no port offset is free');
}
