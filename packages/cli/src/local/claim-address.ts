import { createServer, type Server } from 'node:net';
import { Failure } from '../command/failure.ts';
import { type AddressMode, SLOTS, socketsOf, type WorkloadSockets } from './address-plan.ts';

/** A workload's sockets, reserved on this machine until released, or until the process ends in whatever way. */
export interface AddressClaim extends AsyncDisposable {
  readonly sockets: WorkloadSockets;
  release(): Promise<void>;
}

/**
 * Reserves the lowest free slot by listening on its claim port. The operating system makes that atomic between any number of processes
 * and control planes and undoes it when the holder dies, which no registry in a store could promise.
 */
export async function claimAddress(mode: AddressMode): Promise<AddressClaim> {
  for (let slot = 1; slot <= SLOTS[mode]; slot++) {
    const sockets = socketsOf(mode, slot);
    const server = await tryListen(sockets.address, sockets.claimPort);
    if (server === undefined) continue;
    if (!(await sidecarPortsFree(sockets))) {
      await close(server);
      continue;
    }
    const release = (): Promise<void> => close(server);
    return { sockets, release, [Symbol.asyncDispose]: release };
  }
  throw new Failure('failure', `all ${SLOTS[mode]} places for local workloads on this machine are in use`);
}

/** A sidecar may outlive whoever held the claim by the time it takes to drain; its place is not free until it has gone. */
async function sidecarPortsFree(sockets: WorkloadSockets): Promise<boolean> {
  for (const port of [sockets.adminPort, sockets.metricsPort, sockets.readinessPort, sockets.httpProxyPort]) {
    const probe = await tryListen(sockets.address, port);
    if (probe === undefined) return false;
    await close(probe);
  }
  return true;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

/** Undefined when somebody else listens there; every other failure is thrown. */
function tryListen(host: string, port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(new Failure('failure', `cannot listen on ${host}:${port}`, undefined, { cause: error }));
    });
    server.listen({ host, port, exclusive: true }, () => resolve(server));
  });
}
