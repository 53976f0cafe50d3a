import type { Issue } from '@weft/base';
import type { AccessLogging, ExtensionProvider, MeshConfig, Resource } from '@weft/config';
import { resourcesOf } from '@weft/config';
import { selects } from './labels.ts';
import type { Node } from './node.ts';
import { byCreation, formatRef, refOf } from './object-ref.ts';
import { attaches } from './policy-attachment.ts';

/** Which end of a connection a proxy is. */
export type WorkloadMode = 'CLIENT' | 'SERVER';

/** A log of one side of a proxy: where it goes, and which requests it has. */
export interface AccessLogOf {
  readonly provider: ExtensionProvider;
  /** A CEL expression; undefined for every request. */
  readonly expression: string | undefined;
}

type Telemetry = Resource<'Telemetry'>;

/** What Istio's own mesh configuration brings (pkg/config/mesh, DefaultMeshConfig). */
const BUILT_IN: readonly ExtensionProvider[] = [
  { name: 'prometheus', prometheus: {} },
  { name: 'envoy', envoyFileAccessLog: { path: '/dev/stdout' } },
];

/** The Telemetry objects of a mesh. */
export class Telemetries {
  readonly #mesh: MeshConfig & { readonly rootNamespace: string };
  readonly #byNamespace: ReadonlyMap<string, readonly Telemetry[]>;
  readonly #providers: ReadonlyMap<string, ExtensionProvider>;

  constructor(resources: readonly Resource[], mesh: MeshConfig & { readonly rootNamespace: string }, issues: Issue[]) {
    this.#mesh = mesh;
    const providers = [...BUILT_IN, ...(mesh.extensionProviders ?? [])];
    this.#providers = new Map(providers.map((provider) => [provider.name ?? '', provider]));
    const telemetries = resourcesOf(resources, 'Telemetry').sort((a, b) => byCreation(refOf(a), refOf(b)));
    this.#byNamespace = Map.groupBy(telemetries, ({ metadata }) => metadata.namespace);
    for (const telemetry of telemetries) this.#checkLogs(telemetry, issues);
  }

  /**
   * The access logs of one side of a proxy, by provider name (model/telemetry.go, AccessLogging and mergeLogs). Undefined when neither a
   * Telemetry nor `defaultProviders` says anything: then the mesh's `accessLogFile` counts.
   */
  accessLogs(node: Node, mode: WorkloadMode): readonly AccessLogOf[] | undefined {
    const defaults = this.#mesh.defaultProviders?.accessLogging ?? [];
    const levels = this.#levels(node).map(({ spec }) => spec.accessLogging ?? []);
    const said = levels.filter((logging) => logging.length > 0);
    if (said.length === 0 && defaults.length === 0) return undefined;
    const chosen = said.length === 0 ? new Map(defaults.map((name) => [name, NO_FILTER])) : merge(said, defaults, mode);
    return [...chosen]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, { disabled, expression }]) => {
        const provider = this.#providers.get(name);
        return provider?.envoyFileAccessLog === undefined || disabled ? [] : [{ provider, expression }];
      });
  }

  /** Root namespace, namespace, workload: what is said later goes before what is said earlier. */
  #levels(node: Node): readonly Telemetry[] {
    if (this.#byNamespace.size === 0) return [];
    const own = this.#byNamespace.get(node.namespace) ?? [];
    const root = this.#byNamespace.get(this.#mesh.rootNamespace) ?? [];
    const inRoot = node.namespace === this.#mesh.rootNamespace;
    const wide = [root.find(isForEverybody), inRoot ? undefined : own.find(isForEverybody)];
    return [
      ...wide.filter((each) => each !== undefined),
      ...own.filter((each) => !isForEverybody(each) && isFor(each, node)),
    ];
  }

  /** Logs that go anywhere but to files are told, with the provider's name. */
  #checkLogs(telemetry: Telemetry, issues: Issue[]): void {
    for (const [i, logging] of (telemetry.spec.accessLogging ?? []).entries()) {
      for (const [j, { name = '' }] of (logging.providers ?? []).entries()) {
        const provider = this.#providers.get(name);
        if (provider?.envoyFileAccessLog !== undefined) continue;
        const at = `spec.accessLogging[${i}].providers[${j}]`;
        const ref = refOf(telemetry);
        issues.push({
          severity: 'warning',
          code: 'access-log-provider',
          at,
          message:
            provider === undefined
              ? `there is no provider ${JSON.stringify(name)}, so nothing is logged for it`
              : `${JSON.stringify(name)} is no envoyFileAccessLog, and access logs go to files only, so nothing is logged for it`,
          expected: 'the name of one of meshConfig.extensionProviders with envoyFileAccessLog, or envoy',
          resource: formatRef(ref),
          position: ref.positionOf(at),
        });
      }
    }
  }
}

function isForEverybody({ spec }: Telemetry): boolean {
  const targeted = (spec.targetRefs?.length ?? 0) > 0 || spec.targetRef !== undefined;
  return !targeted && Object.keys(spec.selector?.matchLabels ?? {}).length === 0;
}

function isFor({ spec, metadata }: Telemetry, node: Node): boolean {
  const targetRefs = [...(spec.targetRefs ?? []), ...(spec.targetRef === undefined ? [] : [spec.targetRef])];
  if (targetRefs.length === 0) return selects(spec.selector?.matchLabels ?? {}, node.labels);
  return attaches({ namespace: metadata.namespace, selector: undefined, targetRefs }, node);
}

interface Log {
  readonly disabled: boolean;
  readonly expression: string | undefined;
}

const NO_FILTER: Log = { disabled: false, expression: undefined };

function namesOf({ providers = [] }: AccessLogging): readonly string[] {
  return providers.map(({ name = '' }) => name);
}

/** The providers that the last level with any names are those in scope; each has the last filter that was said for it. */
function merge(
  levels: readonly (readonly AccessLogging[])[],
  defaults: readonly string[],
  mode: WorkloadMode,
): ReadonlyMap<string, Log> {
  const concerns = ({ match }: AccessLogging): boolean =>
    (match?.mode ?? 'CLIENT_AND_SERVER') === 'CLIENT_AND_SERVER' || match?.mode === mode;
  let scope = defaults;
  const expressions = new Map<string, string | undefined>();
  for (const level of levels) {
    const named = level.filter(concerns).flatMap((logging) => {
      for (const name of namesOf(logging)) expressions.set(name, logging.filter?.expression);
      return namesOf(logging);
    });
    if (named.length > 0) scope = named;
  }
  const chosen = new Map<string, Log>();
  let parents = defaults;
  for (const logging of levels.flat()) {
    const own = namesOf(logging);
    if (own.length > 0) parents = own;
    if (!concerns(logging)) continue;
    for (const name of parents) {
      if (!scope.includes(name)) continue;
      chosen.set(name, { disabled: logging.disabled === true, expression: expressions.get(name) });
    }
  }
  return chosen;
}
