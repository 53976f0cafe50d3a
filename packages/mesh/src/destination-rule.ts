import {
  type DestinationRuleSpec,
  LOAD_BALANCER_ANNOTATION,
  type Resource,
  type Subset,
  type TrafficPolicy,
} from '@weft/config';
import type { Carried } from './carried.ts';
import { HostIndex, resolveHost } from './host.ts';
import { type Labels, selects } from './labels.ts';
import { byCreation, type ObjectRef, type Origin, refOf } from './object-ref.ts';
import type { Service } from './service.ts';
import { isVisible, type Visibility, visibilityOf } from './visibility.ts';

/** One rule, or several of the same host and namespace merged into one. */
export interface DestinationRule {
  readonly host: string;
  readonly namespace: string;
  /** The rules it was made from, oldest first. */
  readonly origins: readonly ObjectRef[];
  readonly exportTo: Visibility;
  /** Labels a client needs for the rule to count; undefined is everybody. */
  readonly selector: Labels | undefined;
  readonly trafficPolicy: TrafficPolicy | undefined;
  /** Balance by latency where no policy names an algorithm (the annotation `weft.dev/load-balancer`). */
  readonly byLatency: boolean;
  readonly subsets: readonly RuleSubset[];
}

export interface RuleSubset {
  readonly subset: Subset;
  readonly origin: Origin;
}

/** Every DestinationRule, found the way Istio looks them up. */
export class DestinationRules {
  /** Rules by namespace; those of the namespace itself and those it lets others see. */
  readonly #byNamespace = new Map<string, HostIndex<readonly DestinationRule[]>>();
  readonly #rootNamespace: string;

  constructor(
    resources: readonly Resource<'DestinationRule'>[],
    options: { readonly domain: string; readonly rootNamespace: string; readonly exportTo: readonly string[] },
    carry: Carried<readonly DestinationRule[]>,
  ) {
    this.#rootNamespace = options.rootNamespace;
    const sorted = [...resources].sort((a, b) => byCreation(refOf(a), refOf(b)));
    const groups = Map.groupBy(sorted, ({ metadata, spec }) => {
      const host = resolveHost(spec.host ?? '', metadata.namespace, options.domain);
      return `${metadata.namespace}/${host}`;
    });
    const rules = `${options.domain} ${options.exportTo.join()}`;
    for (const [key, group] of groups) {
      const namespace = key.slice(0, key.indexOf('/'));
      const host = key.slice(namespace.length + 1);
      const index = this.#byNamespace.get(namespace) ?? new HostIndex();
      this.#byNamespace.set(namespace, index);
      index.set(
        host,
        carry.keep(key, [rules, ...group], () => mergeRules(group, host, options.exportTo)),
      );
    }
  }

  /**
   * The rule a client of `namespace` with `labels` follows for a service: its own namespace's, else the service's, else the
   * root namespace's; the first namespace with a rule for the host decides, nothing is inherited (SEMANTICS row 31). Among
   * the rules of one host, the first whose workloadSelector selects the client wins over the first without a selector.
   */
  find(service: Service, namespace: string, labels: Labels): DestinationRule | undefined {
    const own = this.#byNamespace.get(namespace)?.find(service.hostname);
    const counts = namespace === this.#rootNamespace ? isPrivate : seenFrom(namespace);
    const first = own?.filter(counts);
    if (first !== undefined && first.length > 0) return choose(first, labels);
    for (const owner of [service.namespace, this.#rootNamespace]) {
      const found = this.#byNamespace.get(owner)?.find(service.hostname);
      const visible = found?.filter((rule) => isVisible(rule.exportTo, namespace)) ?? [];
      if (visible.length > 0) return choose(visible, labels);
    }
    return undefined;
  }
}

/** In the root namespace only a rule that nobody else sees is local; the others are meant for the whole mesh. */
function isPrivate(rule: DestinationRule): boolean {
  return rule.exportTo.size === 1 && rule.exportTo.has(rule.namespace);
}

function seenFrom(namespace: string): (rule: DestinationRule) => boolean {
  return (rule) => isVisible(rule.exportTo, namespace);
}

function choose(rules: readonly DestinationRule[], labels: Labels): DestinationRule | undefined {
  const selected = rules.find((rule) => rule.selector !== undefined && selects(rule.selector, labels));
  return selected ?? rules.find((rule) => rule.selector === undefined);
}

/** Same host, same audience, same selector: subsets are added, the first trafficPolicy stays (destination_rule.go). */
function mergeRules(
  group: readonly Resource<'DestinationRule'>[],
  host: string,
  exportTo: readonly string[],
): readonly DestinationRule[] {
  const merged: DestinationRule[] = [];
  for (const resource of group) {
    const rule = ruleOf(resource, host, exportTo);
    const at = merged.findIndex((each) => sameAudience(each, rule));
    const known = merged[at];
    if (known === undefined) merged.push(rule);
    else merged[at] = mergeInto(known, rule);
  }
  return merged;
}

function ruleOf(resource: Resource<'DestinationRule'>, host: string, exportTo: readonly string[]): DestinationRule {
  const spec: DestinationRuleSpec = resource.spec;
  const ref = refOf(resource);
  return {
    host,
    namespace: ref.namespace,
    origins: [ref],
    exportTo: visibilityOf(spec.exportTo, ref.namespace, exportTo),
    selector: spec.workloadSelector === undefined ? undefined : (spec.workloadSelector.matchLabels ?? {}),
    trafficPolicy: spec.trafficPolicy,
    byLatency: resource.metadata.annotations[LOAD_BALANCER_ANNOTATION] === 'peak-ewma',
    subsets: (spec.subsets ?? []).map((subset, i) => ({ subset, origin: { ref, path: `spec.subsets[${i}]` } })),
  };
}

function mergeInto(known: DestinationRule, rule: DestinationRule): DestinationRule {
  const names = new Set(known.subsets.map(({ subset }) => subset.name));
  return {
    ...known,
    origins: [...known.origins, ...rule.origins],
    trafficPolicy: known.trafficPolicy ?? rule.trafficPolicy,
    byLatency: known.byLatency || rule.byLatency,
    subsets: [...known.subsets, ...rule.subsets.filter(({ subset }) => !names.has(subset.name))],
  };
}

function sameAudience(a: DestinationRule, b: DestinationRule): boolean {
  const selector = (rule: DestinationRule): string =>
    rule.selector === undefined ? '' : JSON.stringify(Object.entries(rule.selector).sort());
  return a.exportTo.symmetricDifference(new Set(b.exportTo)).size === 0 && selector(a) === selector(b);
}
