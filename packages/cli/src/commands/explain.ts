import { apiClient, SERVER_OPTION } from '../client/server-option.ts';
import type { Command } from '../command/command.ts';
import { Failure } from '../command/failure.ts';

export const explain: Command = {
  name: 'explain',
  group: 'Inspect',
  summary: 'Say what would happen to a request, and why, without sending it',
  description:
    'Evaluates a request with the same code the proxy runs, and prints the listener, virtual host, rule, cluster, subset, endpoints,\n' +
    'timeout and retries that win, and for each rule that loses the first condition that failed, with file and line. Without -f it uses\n' +
    'what the running proxy is assigned; with -f only the files, no mesh needed.',
  arguments: [
    { syntax: '<method>', help: 'GET, POST, …' },
    { syntax: '<url>', help: 'as the caller writes it: http://orders:8080/orders' },
  ],
  options: [
    { flags: '-H, --header <header>', kind: 'list', help: "'name: value'; may be repeated" },
    { flags: '--from <caller>', kind: 'text', help: 'gateway, gateway:NAME, or a workload', default: 'gateway' },
    { flags: '-f, --file <path>', kind: 'list', help: 'explain from files; may be repeated' },
    { flags: '--json', kind: 'flag', help: 'print everything as JSON' },
    SERVER_OPTION,
  ],
  examples: [
    {
      line: "weft explain GET http://api.example.com/orders -H 'canary: true' --from gateway",
      does: 'a request from outside, in the running mesh',
    },
    {
      line: 'weft explain GET http://orders:8080/ --from storefront -f examples/shop',
      does: 'a call inside, from files alone',
    },
  ],
  async run(invocation, cli) {
    const [{ runExplain }, { parseHeaders }] = await Promise.all([
      import('../explain/run-explain.ts'),
      import('../command/values.ts'),
    ]);
    const [method = '', url = ''] = invocation.words;
    if (!/^[A-Za-z]+$/.test(method))
      throw new Failure('usage', `"${method}" is no HTTP method`, 'weft explain GET http://…');
    const options = {
      method,
      url,
      headers: parseHeaders(invocation.list('header')),
      from: invocation.text('from') ?? 'gateway',
      files: invocation.list('file'),
      json: invocation.flag('json'),
    };
    return runExplain(options, apiClient(invocation, cli), cli);
  },
};
