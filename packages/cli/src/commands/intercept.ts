import type { Command } from '../command/command.ts';
import { Failure } from '../command/failure.ts';
import type { Invocation } from '../command/invocation.ts';
import type { AnnotatedName, InterceptChoice } from '../intercept/intercept-options.ts';

const ACTIONS = ['print', 'install', 'remove'];

export const intercept: Command = {
  name: 'intercept',
  group: 'Parts',
  summary: 'Redirect the connections of a network namespace to its proxy: install, remove, print',
  description:
    'Writes the rules that Istio makes with istio-iptables as a script for nft, in a table of their own (inet weft). install replaces what an\n' +
    'earlier one left, remove undoes everything, whatever became of the proxy; both take root and nft. print takes neither. The proxy has to\n' +
    'run as the user of --proxy-uid, its applications as others, and its node metadata say INTERCEPTION_MODE: REDIRECT.',
  arguments: [{ syntax: '<action>', help: 'print, install or remove' }],
  options: [
    {
      flags: '--netns <name>',
      kind: 'text',
      help: 'a namespace by name (ip netns) or path; default: the one of this process',
    },
    { flags: '--proxy-uid <uids>', kind: 'text', help: 'whose connections are left alone', default: '1337' },
    { flags: '--outbound-port <port>', kind: 'int', help: 'where outbound connections go', default: '15001' },
    { flags: '--inbound-port <port>', kind: 'int', help: 'where inbound connections go', default: '15006' },
    {
      flags: '--include-inbound-ports <ports>',
      kind: 'text',
      help: 'ports of the workload to capture, or * (the default)',
    },
    {
      flags: '--exclude-inbound-ports <ports>',
      kind: 'text',
      help: 'ports not to capture, besides 15020, 15021 and 15090',
    },
    { flags: '--include-outbound-ports <ports>', kind: 'text', help: 'captured whatever the address, or *' },
    { flags: '--exclude-outbound-ports <ports>', kind: 'text', help: 'never captured' },
    {
      flags: '--include-outbound-ip-ranges <cidrs>',
      kind: 'text',
      help: 'destinations to capture, or * (the default)',
    },
    { flags: '--exclude-outbound-ip-ranges <cidrs>', kind: 'text', help: 'destinations not to capture' },
    {
      flags: '--annotation <key=value>',
      kind: 'list',
      help: "a pod's annotation traffic.sidecar.istio.io/…; may be repeated",
    },
    { flags: '--dns', kind: 'flag', help: 'send DNS to the proxy as well (DNS_CAPTURE: true in its node metadata)' },
    { flags: '--dns-port <port>', kind: 'int', help: 'where the proxy answers DNS', default: '15053' },
    { flags: '--ipv6', kind: 'flag', help: 'capture IPv6 as well' },
  ],
  examples: [
    { line: 'weft intercept print', does: 'the rules, to read or to give to nft -f -' },
    { line: 'weft intercept install --netns orders --exclude-outbound-ports 3306', does: 'captures all but MySQL' },
    { line: 'weft intercept remove --netns orders', does: 'undoes it' },
  ],
  async run(invocation, cli) {
    const [action = ''] = invocation.words;
    if (!ACTIONS.includes(action))
      throw new Failure('usage', `weft intercept cannot "${action}"`, `one of: ${ACTIONS.join(', ')}`);
    const place = { netns: invocation.text('netns') };
    const { installRules, printRules, removeRules } = await import('../intercept/run-intercept.ts');
    if (action === 'remove') return removeRules(place, cli);
    const { ANNOTATED, rulesOf } = await import('../intercept/intercept-options.ts');
    const rules = rulesOf(choiceIn(invocation, ANNOTATED));
    return action === 'print' ? printRules(rules, cli) : installRules(rules, place, cli);
  },
};

function choiceIn(invocation: Invocation, names: Readonly<Record<AnnotatedName, string>>): InterceptChoice {
  const given: Partial<Record<string, string>> = {};
  for (const [name, option] of Object.entries(names)) {
    const text = invocation.text(option);
    if (text !== undefined) given[name] = text;
  }
  return {
    given,
    annotations: invocation.list('annotation'),
    proxyUid: invocation.text('proxy-uid') ?? '1337',
    outboundPort: invocation.port('outbound-port') ?? 15_001,
    inboundPort: invocation.port('inbound-port') ?? 15_006,
    dnsPort: invocation.flag('dns') ? (invocation.port('dns-port') ?? 15_053) : undefined,
    ipv6: invocation.flag('ipv6'),
  };
}
