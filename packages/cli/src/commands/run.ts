import { SERVER_OPTION, serverOf } from '../client/server-option.ts';
import type { Command } from '../command/command.ts';
import { Failure } from '../command/failure.ts';
import { CONCURRENCY_OPTION, concurrencyIn } from '../local/concurrency-option.ts';

export const run: Command = {
  name: 'run',
  group: 'Start',
  summary: 'Run a program as a workload of the mesh, with a sidecar of its own',
  description:
    'Registers the program as a WorkloadEntry, starts a sidecar for it, waits until the sidecar has its configuration, and starts the\n' +
    'program with HTTP_PROXY and PORT set, so that it calls http://SERVICE:PORT like any client. Exits with the exit code of the program;\n' +
    'the registration and the sidecar go away with it. The program has to listen on 127.0.0.1 (or all addresses) at --port.',
  arguments: [{ syntax: '<command...>', help: 'the program and its arguments, after --' }],
  options: [
    { flags: '--name <name>', kind: 'text', help: 'the service it belongs to: label app' },
    { flags: '--version <version>', kind: 'text', help: 'label version, for subsets', default: 'v1' },
    { flags: '--port <port>', kind: 'int', help: 'where the program listens; the program gets it as PORT' },
    { flags: '--service-port <port>', kind: 'int', help: 'the port of the Service, when it has several' },
    { flags: '-n, --namespace <ns>', kind: 'text', help: 'the namespace', default: 'default' },
    { flags: '--service-account <name>', kind: 'text', help: 'the identity of the workload (default: the name)' },
    { flags: '-l, --label <key=value>', kind: 'list', help: 'more labels; may be repeated' },
    {
      flags: '--protocol <protocol>',
      kind: 'text',
      help: 'the protocol of the port that --expose creates',
      default: 'http',
      choices: ['http', 'http2', 'grpc', 'tcp'],
    },
    { flags: '--expose', kind: 'flag', help: 'create the Service when there is none' },
    {
      flags: '--timeout <duration>',
      kind: 'duration',
      help: 'how long the sidecar may take to be ready',
      default: '30s',
    },
    { flags: '--xds <host:port>', kind: 'text', help: "the control plane's xDS address (default: as the API says)" },
    CONCURRENCY_OPTION,
    SERVER_OPTION,
  ],
  examples: [
    { line: 'weft run --name orders --version v1 --port 3000 -- node orders.js', does: 'an instance of orders' },
    {
      line: 'weft run --name cart --port 3001 --expose -- python3 cart.py',
      does: 'a new service with its first instance',
    },
  ],
  async run(invocation, cli) {
    const [{ runWorkload }, { parseLabels, parseHostPort }] = await Promise.all([
      import('../run/run-workload.ts'),
      import('../command/values.ts'),
    ]);
    const name = invocation.text('name');
    const port = invocation.port('port');
    if (name === undefined) throw new Failure('usage', 'which service does the program belong to?', '--name orders');
    if (port === undefined || port === 0) throw new Failure('usage', 'where does the program listen?', '--port 8080');
    const xds = invocation.text('xds');
    const [command = '', ...args] = invocation.words;
    return runWorkload(
      {
        app: name,
        version: invocation.text('version') ?? 'v1',
        namespace: invocation.text('namespace') ?? 'default',
        serviceAccount: invocation.text('service-account') ?? name,
        labels: parseLabels(invocation.list('label')),
        port,
        servicePort: invocation.port('service-port'),
        protocol: invocation.text('protocol') ?? 'http',
        expose: invocation.flag('expose'),
        readyTimeoutMs: invocation.durationMs('timeout') ?? 30_000,
        xds: xds === undefined ? undefined : parseHostPort('xds', xds),
        concurrency: concurrencyIn(invocation),
        server: serverOf(invocation, cli),
        command,
        args,
      },
      cli,
    );
  },
};
