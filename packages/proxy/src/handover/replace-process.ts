/** The effects of a hot restart on the real process, for the programs that run a proxy in the foreground. */
import type { Clock, Logger } from '@weft/base';
import type { Proxy as DataPlane } from '../run-proxy.ts';
import { HotRestart, SUCCESSOR_READY } from './hot-restart.ts';
import { HANDOVER_VARIABLE, type HandoverNote, readHandover } from './inheritance.ts';

/** The variables of a process. */
export type ProcessEnvironment = Readonly<Record<string, string | undefined>>;

/** What the process before this one left; throws when the note cannot be read. */
export function handoverOfProcess(environment: ProcessEnvironment): HandoverNote {
  return readHandover(environment[HANDOVER_VARIABLE]);
}

/** Tells the process before this one, if there is one, that this one serves. */
export function announceReady(handover: HandoverNote): void {
  if (handover.epoch === 0 || !process.connected) return;
  process.send?.(SUCCESSOR_READY, () => process.disconnect?.());
}

export interface ReplaceOptions {
  readonly handover: HandoverNote;
  readonly environment: ProcessEnvironment;
  readonly proxy: () => DataPlane;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onReplaced: () => void;
}

/** A hot restart of this process, by the command line that started it. */
export function processRestart({
  handover,
  environment,
  proxy,
  clock,
  logger,
  onReplaced,
}: ReplaceOptions): HotRestart {
  return new HotRestart({
    command: [process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    environment,
    // Loaded when it is needed: it would stay in the memory of every sidecar.
    spawn: (command, args, options) => process.getBuiltinModule('node:child_process').spawn(command, args, options),
    epoch: handover.epoch,
    sockets: () => proxy().sockets(),
    clock,
    logger,
    onReplaced,
  });
}
