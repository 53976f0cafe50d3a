import { apiClient, SERVER_OPTION } from '../client/server-option.ts';
import type { Command } from '../command/command.ts';
import { Failure } from '../command/failure.ts';
import { OUTPUT_OPTION } from '../output/render.ts';

const KINDS = ['listeners', 'routes', 'clusters', 'endpoints', 'bootstrap', 'all'] as const;

export const proxyConfig: Command = {
  name: 'proxy-config',
  group: 'Inspect',
  summary: 'Show what a running proxy holds',
  description:
    "Asks the proxy's admin interface (/config_dump, /clusters) what it runs with. `bootstrap` prints a file that starts the same proxy\n" +
    'again, or a stock Envoy in its place.',
  arguments: [
    { syntax: '<kind>', help: KINDS.join(', ') },
    { syntax: '<proxy>', help: 'a part of its id, such as orders-v1 or gateway' },
  ],
  options: [
    {
      flags: '--admin <host:port>',
      kind: 'text',
      help: "the proxy's admin address (default: as the control plane knows it)",
    },
    { ...OUTPUT_OPTION, help: 'table, json or yaml' },
    SERVER_OPTION,
  ],
  examples: [
    { line: 'weft proxy-config routes gateway', does: 'the routes of the gateway' },
    { line: 'weft proxy-config endpoints orders-v1', does: 'the endpoints it balances over, with their health' },
    {
      line: 'weft proxy-config bootstrap orders-v1 > b.json && envoy -c b.json',
      does: 'a stock Envoy as that sidecar',
    },
  ],
  async run(invocation, cli) {
    const [kind = '', proxy = ''] = invocation.words;
    const known = KINDS.find((name) => name === kind || name === `${kind}s`);
    if (known === undefined)
      throw new Failure('usage', `there is no proxy configuration "${kind}"`, `one of: ${KINDS.join(', ')}`);
    const { showProxyConfig } = await import('../inspect/show-proxy-config.ts');
    const options = { kind: known, proxy, admin: invocation.text('admin'), output: invocation.text('output') };
    return showProxyConfig(options, apiClient(invocation, cli), cli);
  },
};
