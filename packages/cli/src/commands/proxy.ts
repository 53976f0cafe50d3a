import { resolve } from 'node:path';
import { LOG_LEVELS } from '@weft/base';
import type { Command } from '../command/command.ts';

export const proxy: Command = {
  name: 'proxy',
  group: 'Parts',
  summary: 'Run the data plane from a bootstrap file',
  description:
    'Runs a sidecar or gateway in the foreground from an Envoy bootstrap file (JSON or YAML). SIGTERM drains: new connections are refused,\n' +
    'requests in flight are finished, then the process ends. The same file starts a stock Envoy: envoy -c FILE.',
  options: [
    { flags: '-c, --bootstrap <file>', kind: 'text', help: 'the bootstrap file' },
    {
      flags: '--drain <duration>',
      kind: 'duration',
      help: 'how long requests in flight may take to end',
      default: '10s',
    },
    {
      flags: '--log-level <level>',
      kind: 'text',
      help: 'debug, info, warn, error or off',
      default: 'info',
      choices: LOG_LEVELS,
    },
  ],
  examples: [{ line: 'weft proxy -c bootstrap.json', does: 'a proxy as the file says' }],
  async run(invocation, cli) {
    const { keepYoungGenerationSmall } = await import('@weft/proxy/young-generation');
    keepYoungGenerationSmall();
    const { runForegroundProxy } = await import('../proxy-process/foreground.ts');
    const bootstrap = invocation.text('bootstrap');
    return runForegroundProxy(
      {
        bootstrapPath: bootstrap === undefined ? undefined : resolve(cli.cwd, bootstrap),
        drainMs: invocation.durationMs('drain') ?? 0,
        logLevel: LOG_LEVELS.find((level) => level === invocation.text('log-level')) ?? 'info',
      },
      cli,
    );
  },
};
