/** Ports for processes that must be told one. Whoever can, listens on port 0 instead. */
import { createServer } from 'node:net';

/** Whether nobody listens on `port` of loopback now; 0 asks for any. The port that was found, or undefined. */
function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}

/** A port of loopback that is free now. */
export async function freePort(): Promise<number> {
  const port = await tryPort(0);
  if (port === undefined) throw new Error('no port of 127.0.0.1 is free');
  return port;
}

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
