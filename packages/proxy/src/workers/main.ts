/** The entry of a worker thread. An exception that nobody catches ends the thread; the main thread says so and ends the process. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock, systemRandom } from '@weft/base';
import type { ToWorker, WorkerStart } from './messages.ts';
import { WorkerHost } from './worker-host.ts';

const COLLECT_AFTER_MS = 1000;
const NANOSECONDS_PER_MS = 1e6;

const port = parentPort;
if (port === null) throw new Error('this module is the start of a worker thread');
const host = new WorkerHost(workerData as WorkerStart, {
  clock: systemClock,
  random: systemRandom(),
  clockShiftMs: Number(process.hrtime.bigint()) / NANOSECONDS_PER_MS - systemClock.monotonic(),
  environment: (name) => process.env[name],
  send: (message, transfer) => port.postMessage(message, [...(transfer ?? [])]),
});
port.on('message', (message: ToWorker) => {
  host.receive(message);
  // Starting leaves a lot behind that V8 would only collect under pressure; `--expose-gc` says that it matters.
  if (message.type === 'closeUnused') systemClock.after(COLLECT_AFTER_MS, () => globalThis.gc?.());
});
