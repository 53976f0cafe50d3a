import { resolve } from 'node:path';
import type { Command } from '../command/command.ts';
import { Failure } from '../command/failure.ts';

const HIGHEST_LOAD = 500;

export const demo: Command = {
  name: 'demo',
  group: 'Start',
  summary: 'Start a control plane, a gateway and a small shop, each service with its sidecar',
  description:
    'Starts a control plane, an ingress gateway and a shop of real processes (storefront → orders v1/v2 → payments, inventory), each with\n' +
    'its own sidecar process, and keeps them running until Ctrl-C. The configuration is Istio YAML in a folder; edit it while the demo runs.',
  options: [
    { flags: '--config <dir>', kind: 'text', help: 'the folder with the configuration (default: examples/shop)' },
    { flags: '--gateway-port <port>', kind: 'int', help: 'where the shop answers (default: 8080)' },
    { flags: '--xds-port <port>', kind: 'int', help: 'where proxies fetch configuration (default: 15010)' },
    { flags: '--api-port <port>', kind: 'int', help: "the control plane's API (default: 15016)" },
    { flags: '--port-offset <number>', kind: 'int', help: 'moves every default port by this much', default: '0' },
    { flags: '--load <rate>', kind: 'int', help: 'requests a second that the demo sends to itself', default: '20' },
    { flags: '--no-load', kind: 'int', help: 'send none' },
  ],
  examples: [
    { line: 'weft demo', does: 'the shop on http://localhost:8080' },
    { line: 'weft demo --port-offset 100 --no-load', does: 'a second one beside it, on port 8180, without load' },
    { line: 'cp -r examples/shop /tmp/shop && weft demo --config /tmp/shop', does: 'on a copy of the configuration' },
  ],
  async run(invocation, cli) {
    const [{ runDemo }, { choosePorts }, { SHOP_FOLDER }] = await Promise.all([
      import('../demo/run-demo.ts'),
      import('../demo/demo-ports.ts'),
      import('../demo/shop.ts'),
    ]);
    const load = invocation.int('load') ?? 0;
    if (load > HIGHEST_LOAD)
      throw new Failure('usage', `--load goes up to ${HIGHEST_LOAD} requests a second, not ${load}`);
    const ports = await choosePorts({
      gateway: invocation.port('gateway-port'),
      xds: invocation.port('xds-port'),
      api: invocation.port('api-port'),
      offset: invocation.int('port-offset') ?? 0,
    });
    return runDemo({ config: resolve(cli.cwd, invocation.text('config') ?? SHOP_FOLDER), ports, load }, cli);
  },
};
