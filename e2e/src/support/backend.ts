import { createServer } from 'node:http';
import type { TestContext } from 'node:test';

/** Listens on a free port of loopback, answers every request with `body`, and ends with the test. */
export async function startBackend(t: TestContext, body: string): Promise<number> {
  const server = createServer((_request, response) => response.end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return portOf(server.address());
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  if (typeof address !== 'object' || address === null) throw new Error('not listening on a port');
  return address.port;
}
