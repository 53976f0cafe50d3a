import type { Resource, Webhook } from '@weft/config';
import type { Labels } from '@weft/mesh';
import type { Analyzer, Tell } from '../analyzer.ts';
import type { Objects } from '../objects.ts';
import { matchesSelector } from '../selector.ts';

type Configuration = Resource<'MutatingWebhookConfiguration'>;

interface Injector {
  readonly configuration: Configuration;
  readonly webhook: Webhook;
  readonly title: string;
  readonly at: string;
}

const REVISION = 'istio.io/rev';
const NAMESPACE_LABELS: readonly Labels[] = [{}, { 'istio-injection': 'enabled' }, { 'istio-injection': 'disabled' }];
const OBJECT_LABELS: readonly Labels[] = [
  {},
  { 'sidecar.istio.io/inject': 'true' },
  { 'sidecar.istio.io/inject': 'false' },
];

/** The revisions of Istio that a configuration is about. */
function revisionsOf({ metadata, spec }: Configuration): readonly string[] {
  const selectors = (spec.webhooks ?? []).flatMap(({ namespaceSelector, objectSelector }) => [
    namespaceSelector,
    objectSelector,
  ]);
  const inSelectors = selectors.flatMap((selector) => [
    selector?.matchLabels?.[REVISION],
    ...(selector?.matchExpressions ?? []).flatMap(({ key, values = [] }) => (key === REVISION ? values : [])),
  ]);
  return [metadata.labels[REVISION], ...inSelectors].filter((revision) => revision !== undefined);
}

function isIstio(configuration: Configuration): boolean {
  return (
    revisionsOf(configuration).length > 0 ||
    (configuration.spec.webhooks ?? []).some(({ name = '' }) => name.endsWith('istio.io'))
  );
}

function injectorsOf(configurations: readonly Configuration[]): readonly Injector[] {
  return configurations.flatMap((configuration) =>
    (configuration.spec.webhooks ?? []).map((webhook, i) => ({
      configuration,
      webhook,
      title: `${configuration.metadata.name}/${webhook.name ?? ''}`,
      at: `webhooks[${i}]`,
    })),
  );
}

/** Every combination of labels that decides about injection: a pod with it must be injected by one webhook at most. */
function checkOverlaps(injectors: readonly Injector[], revisions: ReadonlySet<string>, tell: Tell): void {
  const withRevisions = (bases: readonly Labels[]): readonly Labels[] => [
    ...bases,
    ...[...revisions].flatMap((revision) => bases.map((base) => ({ ...base, [REVISION]: revision }))),
  ];
  for (const namespaceLabels of withRevisions(NAMESPACE_LABELS)) {
    for (const objectLabels of withRevisions(OBJECT_LABELS)) {
      const matching = injectors.filter(
        ({ webhook }) =>
          matchesSelector(webhook.namespaceSelector, namespaceLabels) &&
          matchesSelector(webhook.objectSelector, objectLabels),
      );
      if (matching.length < 2) continue;
      for (const injector of matching) {
        const others = matching.filter((other) => other !== injector).map(({ title }) => title);
        const problem = `the webhook overlaps with ${others.sort().join(', ')}: pods may get two sidecars`;
        tell('IST0139', injector.configuration, injector.at, { problem });
      }
    }
  }
}

function checkServices(injectors: readonly Injector[], objects: Objects, tell: Tell): void {
  for (const { webhook, configuration, at } of injectors) {
    const service = webhook.clientConfig?.service;
    if (service === undefined) continue;
    const { namespace = '', name = '' } = service;
    if (objects.find('Service', namespace, name) !== undefined) continue;
    const problem = `the webhook asks service ${namespace}/${name}, which does not exist`;
    tell('IST0139', configuration, `${at}.clientConfig.service`, { problem });
  }
}

/** Sidecar injectors that would inject twice, or ask nobody. */
export const webhooks: Analyzer = {
  name: 'webhook.Analyzer',
  codes: ['IST0139'],
  analyze(objects, tell) {
    const configurations = objects.of('MutatingWebhookConfiguration').filter(isIstio);
    const injectors = injectorsOf(configurations);
    checkOverlaps(injectors, new Set(configurations.flatMap(revisionsOf)), tell);
    checkServices(injectors, objects, tell);
  },
};
