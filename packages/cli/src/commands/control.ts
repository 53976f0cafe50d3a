import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from '../command/command.ts';
import { LOG_LEVEL_OPTION, logLevelIn } from '../command/log-level-option.ts';
import { CONSUL_OPTION } from '../local/consul-flag.ts';

export const control: Command = {
  name: 'control',
  group: 'Parts',
  summary: 'Run a control plane on its own',
  description:
    'Runs a control plane in the foreground. Objects written with `weft apply` are kept in an SQLite file and survive whatever ends the\n' +
    'process; YAML in folders given with -f is served beside them and watched.',
  options: [
    { flags: '--data <dir>', kind: 'text', help: 'where the SQLite file is (default: ~/.weft)' },
    { flags: '--memory', kind: 'flag', help: 'keep objects in memory only' },
    { flags: '-f, --file <path>', kind: 'list', help: 'a folder or file of YAML to serve as well; may be repeated' },
    CONSUL_OPTION,
    {
      flags: '--address <ip>',
      kind: 'text',
      help: 'where to listen; the API has no authentication',
      default: '127.0.0.1',
    },
    { flags: '--xds-port <port>', kind: 'int', help: 'where proxies fetch configuration', default: '15010' },
    { flags: '--api-port <port>', kind: 'int', help: 'REST API, debug pages and metrics', default: '15016' },
    { flags: '--metrics-port <port>', kind: 'int', help: 'metrics and health only, for Prometheus', default: '15014' },
    LOG_LEVEL_OPTION,
  ],
  examples: [
    { line: 'weft control', does: 'with what was applied before, from ~/.weft' },
    { line: 'weft control --memory -f ./mesh', does: 'on a watched folder, nothing kept' },
  ],
  async run(invocation, cli) {
    const [{ runControl }, { consulIn }] = await Promise.all([
      import('../up/run-control.ts'),
      import('../local/consul-option.ts'),
    ]);
    const data = invocation.text('data');
    return runControl(
      {
        folders: invocation.list('file').map((file) => resolve(cli.cwd, file)),
        data: invocation.flag('memory')
          ? undefined
          : data === undefined
            ? join(homedir(), '.weft')
            : resolve(cli.cwd, data),
        consul: consulIn(invocation, cli),
        host: invocation.text('address') ?? '127.0.0.1',
        xdsPort: invocation.port('xds-port') ?? 15_010,
        apiPort: invocation.port('api-port') ?? 15_016,
        metricsPort: invocation.port('metrics-port') ?? 15_014,
        logLevel: logLevelIn(invocation),
      },
      cli,
    );
  },
};
