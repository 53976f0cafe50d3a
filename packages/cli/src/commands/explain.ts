import { apiClient, SERVER_OPTION } from '../client/server-option.ts';
import type { Command } from '../command/command.ts';
import { Failure } from '../command/failure.ts';
import type { Invocation } from '../command/invocation.ts';

const INTERCEPTIONS = { none: 'NONE', redirect: 'REDIRECT' } as const;

/** `GET http://…`, or the URL alone. */
function wordsOf(invocation: Invocation): { readonly method: string; readonly url: string } {
  const [first = '', second] = invocation.words;
  const [method, url] = second === undefined ? ['', first] : [first, second];
  if (!/^[A-Za-z]*$/.test(method))
    throw new Failure('usage', `"${method}" is no HTTP method`, 'weft explain GET http://…');
  if (url === '') throw new Failure('usage', 'there is no request to explain', 'weft explain GET http://…, or --diff');
  return { method, url };
}

export const explain: Command = {
  name: 'explain',
  group: 'Inspect',
  summary: 'Say what would happen to a request, and why, without sending it',
  description:
    "Evaluates a request with the code that the proxies run, on the caller's and on the destination's side: the listener, filter chain,\n" +
    'virtual host, rule, subset, endpoints, TLS, timeout and retries that win, and for each that loses the first condition that failed, with\n' +
    'file and line. Without -f it uses what the running proxies are assigned; with -f only the files, no mesh needed.\n' +
    'With --diff it says what new configuration would change for a set of requests: exit code 0 when nothing does, 1 when something does.',
  arguments: [
    { syntax: '[method]', help: 'GET unless said' },
    {
      syntax: '[url]',
      help: 'as the caller writes it: http://orders:8080/, https://…, grpc://host:port/Service/Method, tls://host:port, tcp://host:port',
    },
  ],
  options: [
    { flags: '-H, --header <header>', kind: 'list', help: "'name: value'; may be repeated" },
    {
      flags: '--from <caller>',
      kind: 'text',
      help: 'a workload (orders, orders.shop), gateway, gateway:NAME, outside, or labels (app=curl)',
      default: 'gateway',
    },
    { flags: '-f, --file <path>', kind: 'list', help: 'explain from files; may be repeated' },
    { flags: '--diff', kind: 'flag', help: 'compare: -f against --base, or against the running mesh' },
    {
      flags: '--base <path>',
      kind: 'list',
      help: 'with --diff: the configuration before, instead of the running mesh',
    },
    {
      flags: '--requests <file>',
      kind: 'text',
      help: 'with --diff: the requests to compare (default: one for each match of a rule)',
    },
    {
      flags: '--interception <mode>',
      kind: 'text',
      help: 'with files: how sidecars get connections, none as on a laptop or redirect as on Kubernetes',
      default: 'none',
      choices: ['none', 'redirect'],
    },
    {
      flags: '-o, --output <format>',
      kind: 'text',
      help: 'text, json or yaml',
      default: 'text',
      choices: ['text', 'json', 'yaml'],
    },
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
    { line: 'weft explain tcp://db:5432 --from orders', does: 'a TCP connection' },
    { line: 'weft explain --diff -f new/', does: 'what applying a folder would change' },
    {
      line: 'weft explain --diff --base old/ -f new/ --requests requests.yaml',
      does: 'two folders, requests of your own',
    },
  ],
  async run(invocation, cli) {
    const common = {
      files: invocation.list('file'),
      interception: INTERCEPTIONS[invocation.text('interception') === 'redirect' ? 'redirect' : 'none'],
      output: invocation.text('output') ?? 'text',
    };
    const api = apiClient(invocation, cli);
    if (invocation.flag('diff')) {
      const { runExplainDiff } = await import('../explain/run-explain-diff.ts');
      return runExplainDiff(
        { ...common, base: invocation.list('base'), requests: invocation.text('requests') },
        api,
        cli,
      );
    }
    const [{ runExplain }, { parseHeaders }] = await Promise.all([
      import('../explain/run-explain.ts'),
      import('../command/values.ts'),
    ]);
    const request = { ...wordsOf(invocation), headers: parseHeaders(invocation.list('header')) };
    return runExplain({ ...common, ...request, from: invocation.text('from') ?? 'gateway' }, api, cli);
  },
};
