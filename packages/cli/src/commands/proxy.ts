import { resolve } from 'node:path';
import type { Command } from '../command/command.ts';
import { LOG_LEVEL_OPTION, logLevelIn } from '../command/log-level-option.ts';
import { CONCURRENCY_OPTION, concurrencyIn } from '../local/concurrency-option.ts';

export const proxy: Command = {
  name: 'proxy',
  group: 'Parts',
  summary: 'Run the data plane from a bootstrap file',
  description:
    'Runs a sidecar or gateway in the foreground from an Envoy bootstrap file (JSON or YAML). SIGTERM drains: new connections are refused,\n' +
    'requests in flight are finished, then the process ends. SIGUSR2 (or POST /hot_restart of the admin interface) starts a successor on\n' +
    'the same sockets and then drains: nobody is refused. The same file starts a stock Envoy: envoy -c FILE.\n' +
    'What its control plane sent and it accepted is kept in FILE.last-good, to start from when the control plane is away.',
  options: [
    { flags: '-c, --bootstrap <file>', kind: 'text', help: 'the bootstrap file' },
    {
      flags: '--drain <duration>',
      kind: 'duration',
      help: 'how long requests in flight may take to end',
      default: '10s',
    },
    CONCURRENCY_OPTION,
    {
      flags: '--drain-time-s <seconds>',
      kind: 'int',
      help: 'after a hot restart, or /drain_listeners?graceful: how long connections may end by themselves',
      default: '10',
    },
    {
      flags: '--parent-shutdown-time-s <seconds>',
      kind: 'int',
      help: 'after a hot restart: when the old process ends whatever is still open',
      default: '60',
    },
    LOG_LEVEL_OPTION,
  ],
  examples: [
    { line: 'weft proxy -c bootstrap.json', does: 'a proxy as the file says' },
    { line: 'weft proxy -c bootstrap.json --concurrency auto', does: 'one that serves on every CPU' },
  ],
  async run(invocation, cli) {
    const { keepYoungGenerationSmall } = await import('@weft/proxy/young-generation');
    keepYoungGenerationSmall();
    const { runForegroundProxy } = await import('../proxy-process/foreground.ts');
    const bootstrap = invocation.text('bootstrap');
    return runForegroundProxy(
      {
        bootstrapPath: bootstrap === undefined ? undefined : resolve(cli.cwd, bootstrap),
        drainMs: invocation.durationMs('drain') ?? 0,
        gracefulMs: (invocation.int('drain-time-s') ?? 0) * 1000,
        parentShutdownMs: (invocation.int('parent-shutdown-time-s') ?? 0) * 1000,
        concurrency: concurrencyIn(invocation),
        logLevel: logLevelIn(invocation),
      },
      cli,
    );
  },
};
