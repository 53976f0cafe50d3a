import type { Command } from '../command/command.ts';
import { CERTIFICATES_OPTION } from '../local/certificate-files.ts';
import { CONCURRENCY_OPTION, concurrencyIn } from '../local/concurrency-option.ts';

export const gateway: Command = {
  name: 'gateway',
  group: 'Parts',
  summary: 'Run a gateway against a control plane that is already there',
  description:
    'Runs a gateway in the foreground. It serves every Gateway whose selector matches its labels (istio=<name> unless --label says\n' +
    'otherwise). Server ports below 1024 are bound 8000 higher: 80 → 8080, 443 → 8443.',
  options: [
    {
      flags: '--name <name>',
      kind: 'text',
      help: "the gateway's name and the value of its label istio",
      default: 'ingressgateway',
    },
    { flags: '-n, --namespace <ns>', kind: 'text', help: 'its namespace', default: 'istio-system' },
    { flags: '-l, --label <key=value>', kind: 'list', help: 'labels for Gateway selectors; may be repeated' },
    {
      flags: '--address <ip>',
      kind: 'text',
      help: 'where it listens; 0.0.0.0 for all interfaces',
      default: '127.0.0.1',
    },
    { flags: '--xds <host:port>', kind: 'text', help: "the control plane's xDS address", default: '127.0.0.1:15010' },
    { flags: '--http-port <port>', kind: 'int', help: 'where port 80 is bound (default: 8080)' },
    { flags: '--port-offset <number>', kind: 'int', help: 'moves every port by this much', default: '0' },
    CERTIFICATES_OPTION,
    CONCURRENCY_OPTION,
  ],
  examples: [
    { line: 'weft gateway', does: 'the ingress gateway, on http://localhost:8080' },
    {
      line: 'weft gateway --name egressgateway --port-offset 1000',
      does: 'a second one for selector istio: egressgateway',
    },
  ],
  async run(invocation, cli) {
    const [{ runGateway }, { parseLabels, parseHostPort }] = await Promise.all([
      import('../up/run-gateway.ts'),
      import('../command/values.ts'),
    ]);
    const name = invocation.text('name') ?? 'ingressgateway';
    const labels = parseLabels(invocation.list('label'));
    return runGateway(
      {
        name: `istio-${name}`,
        namespace: invocation.text('namespace') ?? 'istio-system',
        labels: Object.keys(labels).length > 0 ? labels : { istio: name, app: `istio-${name}` },
        address: invocation.text('address') ?? '127.0.0.1',
        xds: parseHostPort('xds', invocation.text('xds') ?? ''),
        httpPort: invocation.port('http-port'),
        offset: invocation.int('port-offset') ?? 0,
        certificates: invocation.text('certificates'),
        concurrency: concurrencyIn(invocation),
      },
      cli,
    );
  },
};
