import { apiClient, SERVER_OPTION } from '../client/server-option.ts';
import type { Command } from '../command/command.ts';
import { Failure } from '../command/failure.ts';

export const suggest: Command = {
  name: 'suggest',
  group: 'Configure',
  summary: 'Write configuration from what is observed: sidecars',
  description:
    'suggest sidecars: Sidecar resources that show each workload only the hosts it was seen calling, so that its proxy holds and is sent less.\n' +
    'Reads the counters of the connected proxies (everything since they started, or with --for what happens from now on), or Prometheus.\n' +
    'Says how long it observed and what it did not see: a call that happens once a month is not in an hour of traffic.',
  arguments: [{ syntax: '<what>', help: 'sidecars' }],
  options: [
    { flags: '-n, --namespace <name>', kind: 'text', help: 'only callers of this namespace' },
    {
      flags: '--per <scope>',
      kind: 'text',
      help: 'one Sidecar for each workload or for each namespace',
      default: 'workload',
      choices: ['workload', 'namespace'],
    },
    { flags: '--for <duration>', kind: 'duration', help: 'observe from now on, for so long' },
    { flags: '--prometheus <url>', kind: 'text', help: 'ask Prometheus instead of the proxies' },
    { flags: '--since <duration>', kind: 'duration', help: 'with --prometheus: how far back', default: '1h' },
    { flags: '--domain <suffix>', kind: 'text', help: 'the DNS suffix of services', default: 'cluster.local' },
    SERVER_OPTION,
  ],
  examples: [
    { line: 'weft suggest sidecars > sidecars.yaml', does: 'from all traffic since the proxies started' },
    {
      line: 'weft suggest sidecars --for 5m -n shop --per namespace',
      does: 'from five minutes, one for the namespace',
    },
    { line: 'weft suggest sidecars --prometheus http://127.0.0.1:9090 --since 24h', does: 'from a day of metrics' },
  ],
  async run(invocation, cli) {
    const [what = ''] = invocation.words;
    if (what !== 'sidecars')
      throw new Failure('usage', `there is nothing to suggest called "${what}"`, 'weft suggest sidecars');
    const { runSuggestSidecars } = await import('../suggest/run-suggest-sidecars.ts');
    const options = {
      namespace: invocation.text('namespace'),
      per: invocation.text('per') === 'namespace' ? ('namespace' as const) : ('workload' as const),
      prometheus: invocation.text('prometheus'),
      sinceMs: invocation.durationMs('since') ?? 3_600_000,
      forMs: invocation.durationMs('for'),
      domain: invocation.text('domain') ?? 'cluster.local',
    };
    return runSuggestSidecars(options, apiClient(invocation, cli), cli);
  },
};
