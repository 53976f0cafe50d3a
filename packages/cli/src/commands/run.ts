import { SERVER_OPTION, serverOf } from '../client/server-option.ts';
import type { Command } from '../command/command.ts';
import { Failure } from '../command/failure.ts';
import { CERTIFICATES_OPTION } from '../local/certificate-files.ts';
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
    { flags: '--group <name>', kind: 'text', help: 'the WorkloadGroup that says what it is, instead of --name' },
    { flags: '--version <version>', kind: 'text', help: 'label version, for subsets (default: v1)' },
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
    { flags: '--dns', kind: 'flag', help: "answer DNS for the mesh's names on port 15053 of the workload's address" },
    { flags: '--expose', kind: 'flag', help: 'create the Service when there is none' },
    {
      flags: '--timeout <duration>',
      kind: 'duration',
      help: 'how long the sidecar may take to be ready',
      default: '30s',
    },
    { flags: '--xds <host:port>', kind: 'text', help: "the control plane's xDS address (default: as the API says)" },
    CERTIFICATES_OPTION,
    CONCURRENCY_OPTION,
    SERVER_OPTION,
  ],
  examples: [
    { line: 'weft run --name orders --version v1 --port 3000 -- node orders.js', does: 'an instance of orders' },
    {
      line: 'weft run --group orders -- node orders.js',
      does: 'a member of WorkloadGroup orders, with its ports and probe',
    },
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
    const group = invocation.text('group');
    if (group === undefined && invocation.text('name') === undefined) {
      throw new Failure('usage', 'which service does the program belong to?', '--name orders, or --group orders');
    }
    const xds = invocation.text('xds');
    const [command = '', ...args] = invocation.words;
    return runWorkload(
      {
        group,
        app: invocation.text('name'),
        version: invocation.text('version'),
        namespace: invocation.text('namespace') ?? 'default',
        serviceAccount: invocation.text('service-account'),
        labels: parseLabels(invocation.list('label')),
        port: invocation.port('port'),
        servicePort: invocation.port('service-port'),
        protocol: invocation.text('protocol') ?? 'http',
        expose: invocation.flag('expose'),
        dns: invocation.flag('dns'),
        readyTimeoutMs: invocation.durationMs('timeout') ?? 30_000,
        xds: xds === undefined ? undefined : parseHostPort('xds', xds),
        certificates: invocation.text('certificates'),
        concurrency: concurrencyIn(invocation),
        server: serverOf(invocation, cli),
        command,
        args,
      },
      cli,
    );
  },
};
