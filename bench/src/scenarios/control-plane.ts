/** The control plane with more and more proxies: what it costs and how fast a change is everywhere. */

import { measureLevel } from './control-plane/measure-level.ts';
import { type Level, markdown } from './control-plane/report.ts';
import { snapshotTimes } from './control-plane/snapshot-times.ts';
import type { OwnScenario } from './own-scenario.ts';

const LEVELS = [100, 500, 1_000, 2_000];
const SNAPSHOT_SERVICES = 10_000;
const CHANGES = 5;
const CHANGES_PER_SECOND = 100;

export const controlPlane: OwnScenario = {
  name: 'control-plane',
  summary: 'simulated proxies on delta ADS: memory, CPU, and how fast a change reaches the last one',
  async report(options, head, progress) {
    const { services, endpoints, proxies, seconds } = options;
    const levels: Level[] = [];
    for (const count of [...LEVELS.filter((level) => level < proxies), proxies]) {
      const plan = {
        proxies: count,
        services,
        endpoints,
        changes: CHANGES,
        changesPerSecond: CHANGES_PER_SECOND,
        seconds,
      };
      const level = await measureLevel(plan);
      progress(
        `${count} proxies: connected in ${level.connectSeconds.toFixed(1)} s, ${level.peakMib.toFixed(0)} MiB, endpoint change ` +
          `${level.endpoint.p99Ms.toFixed(0)} ms, VirtualService change ${level.virtualService.lastMs.toFixed(0)} ms`,
      );
      levels.push(level);
    }
    const snapshot = snapshotTimes(SNAPSHOT_SERVICES, endpoints);
    const result = { services, endpoints, changesPerSecond: CHANGES_PER_SECOND, levels, snapshot };
    const command = `npm run bench -- control-plane --services ${services} --endpoints ${endpoints} --proxies ${proxies} --seconds ${seconds}`;
    return { markdown: markdown(result, head, command), json: { command, ...result } };
  },
};
