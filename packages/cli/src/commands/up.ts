import { resolve } from 'node:path';
import type { Command } from '../command/command.ts';
import { Failure } from '../command/failure.ts';
import { CONCURRENCY_OPTION, concurrencyIn } from '../local/concurrency-option.ts';
import { CONSUL_OPTION } from '../local/consul-flag.ts';

export const up: Command = {
  name: 'up',
  group: 'Start',
  summary: 'Run a control plane on a folder or file of YAML, with the gateways it asks for',
  description:
    'Serves the configuration in a folder or file, watches it, and starts a gateway for each Gateway selector in it. Workloads join with\n' +
    '`weft run`. Configuration that is read but has no effect yet is named with file and line; a security policy among it stops the\n' +
    'start unless --allow-unenforced is given.',
  options: [
    { flags: '-f, --file <path>', kind: 'list', help: 'a folder or file of YAML; may be repeated' },
    { flags: '--allow-unenforced', kind: 'flag', help: 'start although a security policy is not enforced yet' },
    { flags: '--no-gateways', kind: 'flag', help: 'start no gateways' },
    {
      flags: '--gateway-port <port>',
      kind: 'int',
      help: 'where port 80 of the ingress gateway is bound (default: 8080)',
    },
    { flags: '--xds-port <port>', kind: 'int', help: 'where proxies fetch configuration (default: 15010)' },
    { flags: '--api-port <port>', kind: 'int', help: "the control plane's API (default: 15016)" },
    { flags: '--port-offset <number>', kind: 'int', help: 'moves every default port by this much', default: '0' },
    CONSUL_OPTION,
    CONCURRENCY_OPTION,
  ],
  examples: [
    { line: 'weft up -f ./mesh', does: 'everything in a folder' },
    { line: 'weft up -f istio.yaml --allow-unenforced', does: 'also where a security policy has no effect yet' },
  ],
  async run(invocation, cli) {
    const files = invocation.list('file');
    if (files.length === 0) throw new Failure('usage', 'which configuration?', 'weft up -f DIR');
    const [{ runUp }, { choosePorts }, { consulIn }] = await Promise.all([
      import('../up/run-up.ts'),
      import('../demo/demo-ports.ts'),
      import('../local/consul-option.ts'),
    ]);
    const ports = await choosePorts({
      gateway: invocation.port('gateway-port'),
      xds: invocation.port('xds-port'),
      api: invocation.port('api-port'),
      offset: invocation.int('port-offset') ?? 0,
    });
    const folders = files.map((file) => resolve(cli.cwd, file));
    return runUp(
      {
        folders,
        ports,
        gateways: invocation.flag('gateways'),
        consul: consulIn(invocation, cli),
        allowUnenforced: invocation.flag('allow-unenforced'),
        concurrency: concurrencyIn(invocation),
      },
      cli,
    );
  },
};
