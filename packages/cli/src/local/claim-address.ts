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
    const release = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
    return { sockets, release, [Symbol.asyncDispose]: release };
  }
  throw new Failure('failure', `all ${SLOTS[mode]} places for local workloads on this machine are in use`);
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
