/** The control plane under test: as `weft control` starts it, with changes written into its store on command. */
import { setTimeout as delay } from 'node:timers/promises';
import { silentLogger, systemClock } from '@weft/base';
import { startControlPlane } from '@weft/control-plane';
import { meshObjects, service, virtualService } from './mesh-objects.ts';
import { type Answer, nowMicros, type ServerCommand, serve } from './protocol.ts';

const plane = await startControlPlane(
  { store: {}, xds: { port: 0 }, api: { port: 0 } },
  { clock: systemClock, logger: silentLogger, version: 'bench' },
);
let size = { services: 0, endpoints: 0 };

/** Changes rotate over the services, so that no two of a burst are the same object. */
function changeEndpoint(change: number): number {
  const at = nowMicros();
  plane.store.transact([{ type: 'put', object: service(change % size.services, size.endpoints, change) }]);
  return at;
}

async function sustain(first: number, perSecond: number, seconds: number): Promise<readonly number[]> {
  const written: number[] = [];
  const start = nowMicros();
  while (written.length < perSecond * seconds) {
    const due = Math.min(perSecond * seconds, Math.floor(((nowMicros() - start) / 1e6) * perSecond) + 1);
    while (written.length < due) written.push(changeEndpoint(first + written.length));
    await delay(5);
  }
  return written;
}

async function handle(command: ServerCommand): Promise<Answer> {
  switch (command.do) {
    case 'load': {
      size = command;
      const pushed = new Promise<void>((resolve) => {
        const stop = plane.onEvent((event) => {
          if (event.type !== 'pushed') return;
          stop();
          resolve();
        });
      });
      plane.store.transact(meshObjects(size).map((object) => ({ type: 'put', object })));
      await pushed;
      return {};
    }
    case 'endpoint':
      return { at: changeEndpoint(command.change) };
    case 'virtual-service': {
      const at = nowMicros();
      plane.store.transact([{ type: 'put', object: virtualService(0, command.change) }]);
      return { at };
    }
    case 'settle':
      for (;;) {
        const { settled, live } = await plane.whenLive({ timeoutMs: 60_000 });
        if (live && settled.length === command.proxies) return { at: nowMicros() };
        await delay(50);
      }
    case 'sustain':
      return { written: await sustain(command.first, command.perSecond, command.seconds) };
  }
}

serve({ port: plane.xdsAddress.port }, handle);
