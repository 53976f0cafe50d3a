import { apiClient, SERVER_OPTION } from '../client/server-option.ts';
import type { Command } from '../command/command.ts';
import { OUTPUT_OPTION } from '../output/render.ts';

export const proxyStatus: Command = {
  name: 'proxy-status',
  group: 'Inspect',
  summary: 'Show which proxies are connected and whether they have the newest configuration',
  description:
    'Lists every connected proxy with the state of each kind of configuration: SYNCED, STALE (sent or to be sent, not answered), or\n' +
    'REJECTED, with what the proxy objected to. Exits with 6 when a proxy refused its configuration.',
  arguments: [{ syntax: '[proxy]', help: 'only proxies whose id contains this' }],
  options: [OUTPUT_OPTION, SERVER_OPTION],
  examples: [
    { line: 'weft proxy-status', does: 'all of them' },
    { line: 'weft proxy-status orders-v1 -o yaml', does: 'everything about one' },
  ],
  async run(invocation, cli) {
    const { showProxies } = await import('../inspect/show-proxies.ts');
    return showProxies(apiClient(invocation, cli), invocation.words[0], invocation.text('output'), cli);
  },
};
