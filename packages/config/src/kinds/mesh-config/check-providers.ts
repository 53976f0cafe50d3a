import { fqdnProblem } from '../../checks/dns.ts';
import { portProblem } from '../../checks/port.ts';
import type { Report } from '../../schema/index.ts';
import type { ExtensionProvider, ProviderService } from './extension-provider.ts';

/** Providers that talk to a service, which they must name with a port. */
const WITH_SERVICE = [
  'envoyExtAuthzHttp',
  'envoyExtAuthzGrpc',
  'zipkin',
  'opentelemetry',
  'envoyHttpAls',
  'envoyTcpAls',
  'envoyOtelAls',
  'datadog',
  'skywalking',
  'lightstep',
] as const;

const KINDS = [...WITH_SERVICE, 'prometheus', 'envoyFileAccessLog', 'sds', 'stackdriver', 'opencensus'] as const;

/** Names are unique, and each provider is exactly one thing. Istio only warns: an unused provider harms nobody. */
export function checkExtensionProviders(providers: readonly ExtensionProvider[], at: string, report: Report): void {
  const names = new Set<string>();
  for (const [i, provider] of providers.entries()) {
    const path = `${at}[${i}]`;
    const name = provider.name ?? '';
    if (name === '') report.warning(`${path}.name`, 'missing-field', 'an extension provider needs a name');
    else if (names.has(name))
      report.warning(`${path}.name`, 'duplicate', `duplicate extension provider ${JSON.stringify(name)}`);
    names.add(name);
    const set = KINDS.filter((kind) => provider[kind] !== undefined);
    if (set.length !== 1) {
      report.warning(
        path,
        'conflicting-fields',
        `an extension provider is exactly one thing, this one has ${set.length}`,
        {
          expected: `one of ${KINDS.join(', ')}`,
        },
      );
    }
    for (const kind of WITH_SERVICE) checkService(provider[kind], `${path}.${kind}`, report);
  }
}

function checkService(provider: ProviderService | undefined, at: string, report: Report): void {
  if (provider === undefined) return;
  const service = provider.service ?? '';
  const problem = fqdnProblem(service.slice(service.indexOf('/') + 1));
  if (problem !== undefined) report.warning(`${at}.service`, 'invalid-host', problem);
  const invalid = portProblem(provider.port ?? 0);
  if (invalid !== undefined) report.warning(`${at}.port`, 'invalid-port', invalid);
}
