/**
 * The process of a sidecar or gateway that another `weft` process started: `main.ts <bootstrap.json> <version>`. It ends when its starter
 * does, even by kill -9, and takes the application it guards with it: the IPC channel closes with the starter.
 */
import { constants } from 'node:os';
import { isGroupAlive, signalGroup } from '../local/managed-process.ts';
import { type FromProxy, isToProxy } from './messages.ts';
import { loadProxy, serveProxy } from './serve-proxy.ts';

const DRAIN_MS = 5000;
const APP_GRACE_MS = 2000;
const LOOK_MS = 20;
const COLLECT_AFTER_MS = [1000, 8000];

const [bootstrapPath = '', version = ''] = process.argv.slice(2);
if (bootstrapPath === '--warm-up') {
  await loadProxy();
  // Leaving writes the compile cache.
  process.exit(0);
}
let guarded: readonly number[] = [];

function tell(message: FromProxy): void {
  if (process.connected) process.send?.(message);
}

const served = await serveProxy({ bootstrapPath, version, logControl: { level: 'info' } }).catch((error: unknown) => {
  tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  console.error(error);
  process.exit(1);
});
const { proxy, logger } = served;

process.on('message', (message) => {
  if (isToProxy(message)) guarded = message.groups;
});
process.on('disconnect', () => {
  logger.warn('the process that started this proxy is gone; stopping');
  for (const group of guarded) signalGroup(group, 'SIGTERM');
  const deadline = performance.now() + APP_GRACE_MS;
  const look = (): void => {
    const left = guarded.filter(isGroupAlive);
    if (left.length > 0 && performance.now() < deadline) return void setTimeout(look, LOOK_MS);
    for (const group of left) signalGroup(group, 'SIGKILL');
    process.exit(0);
  };
  look();
});
let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (stopping) process.exit(128 + constants.signals[signal]);
    stopping = true;
    void proxy.drain(DRAIN_MS).then(() => process.exit(0));
  });
}

proxy.ready.then(
  () => {
    tell({ type: 'ready', admin: proxy.adminAddress });
    // Starting leaves a lot behind that V8 would only collect under pressure or after a long idle time.
    for (const ms of COLLECT_AFTER_MS) setTimeout(() => globalThis.gc?.(), ms).unref();
  },
  (error: unknown) => {
    tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    logger.error('the proxy cannot start', { error: error instanceof Error ? error.message : String(error) });
    process.exit(1);
  },
);
