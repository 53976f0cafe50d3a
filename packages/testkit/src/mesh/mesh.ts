import { analyze, defaultGateway } from '@weft/analyze';
import { type Issue, seededRandom } from '@weft/base';
import { type MeshConfig, meshConfigOf, type Resource, resourcesOf } from '@weft/config';
import { buildSnapshot, type Node, proxyOf, type Snapshot } from '@weft/mesh';
import { translate, unenforced } from '@weft/translate';
import { type Call, CallError, parseCall } from '../explain/call.ts';
import type { Explanation, HopExplanation, RuleExplanation } from '../explain/explanation.ts';
import { ProxyView } from '../explain/proxy-view.ts';
import { newSession, type Session } from '../explain/session.ts';
import { type Asked, unsentRules } from '../explain/unsent-rules.ts';
import { type MetProxy, type ProxySource, type Start, walk } from '../explain/walk.ts';
import { type Answer, answerOf } from './answer.ts';
import { assertAnswer, type Expected } from './assert-answer.ts';
import {
  type CallerLabels,
  callerNode,
  describeCaller,
  gatewayNode,
  type Interception,
  isGatewayName,
  NOBODY,
  sidecarNode,
} from './caller.ts';
import { Distribution } from './distribution.ts';
import { type KnownWorkload, knownWorkloads } from './known-workloads.ts';
import { addressOfHost } from './resolve.ts';

/** A request to a mesh that is only thought of. */
export interface MeshRequest {
  /**
   * Who sends it: the name of a workload (`orders`, `orders-v2`, `orders.shop`), `ingress gateway` or `gateway:<name>` (it enters there),
   * `outside` (through the gateway that serves the port; with the address of a workload as host, straight to its sidecar), or labels.
   */
  readonly from: string | CallerLabels;
  /** As the caller writes it: `http://orders:8080/`, `https://…`, `grpc://host:port/package.Service/Method`, `tls://…`, `tcp://…`. */
  readonly url: string;
  /** GET unless said. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Decides what is left to chance; the mesh's own unless said. */
  readonly seed?: number;
}

export interface MeshOptions {
  /** Decides what is left to chance: shares, endpoints. 1 unless said. */
  readonly seed: number;
  readonly interception: Interception;
  readonly domain: string | undefined;
  readonly meshConfig: MeshConfig | undefined;
  /** Proxies have certificates of the mesh, as with a certificate authority. */
  readonly certificates: boolean;
}

/** Outside the mesh: documentation addresses (RFC 5737). */
const CLIENT = '198.51.100.1';

/**
 * A mesh without processes: configuration is decoded, translated for each proxy that a request meets, compiled and asked, by the code that
 * the control plane and the data plane run. Immutable; requests do not influence each other.
 */
export class Mesh implements ProxySource {
  /** What reading said: errors are here only when invalid objects were allowed. */
  readonly issues: readonly Issue[];
  readonly #resources: readonly Resource[];
  readonly #options: MeshOptions;
  readonly #snapshot: Snapshot;
  readonly #workloads: readonly KnownWorkload[];
  readonly #views = new Map<string, ProxyView>();
  readonly #translationIssues: Issue[] = [];

  constructor(resources: readonly Resource[], issues: readonly Issue[], options: MeshOptions) {
    this.issues = issues;
    this.#resources = resources;
    this.#options = options;
    const { domain, meshConfig = meshConfigOf(resources) } = options;
    this.#snapshot = buildSnapshot(resources, {
      ...(domain !== undefined && { domain }),
      ...(meshConfig !== undefined && { meshConfig }),
    });
    this.#workloads = knownWorkloads(resources);
  }

  /** What becomes of the request. @throws CallError for a caller or URL that is none */
  async request(request: MeshRequest): Promise<Answer> {
    const { explanation } = await this.#send(request, this.#session(request, true));
    return answerOf(explanation, this.#workloads);
  }

  /** Why it becomes that: what `weft explain -o json` prints. */
  async explain(request: MeshRequest): Promise<Explanation> {
    return (await this.#send(request, this.#session(request, true))).explanation;
  }

  /** The request, and an AssertionError with the explanation when the answer is not as expected. */
  async expect(request: MeshRequest, expected: Expected): Promise<Answer> {
    const answer = await this.request(request);
    assertAnswer(answer, expected);
    return answer;
  }

  /** Where `count` such requests go, one after the other: shares and round robin take their course. */
  async distribution(request: MeshRequest, count: number): Promise<Distribution> {
    const session = this.#session(request, false);
    const start = this.#prepare(request);
    const answers: Answer[] = [];
    for (let i = 0; i < count; i++) {
      answers.push(answerOf(await walk(start.call, start.start, this, session), this.#workloads));
    }
    return new Distribution(answers);
  }

  /** What is odd about the configuration: analysis, conflicts met in translating for the proxies asked so far, what has no effect yet. */
  diagnostics(): readonly Issue[] {
    const resources = [...defaultGateway(), ...this.#resources];
    const workloadsKnown = resourcesOf(this.#resources, 'Pod').length > 0;
    const meshConfig = this.#options.meshConfig ?? meshConfigOf(this.#resources);
    const found = analyze({ resources, issues: this.issues, meshConfig, workloadsKnown, nowMs: 0 });
    return [...found, ...this.#snapshot.issues, ...this.#translationIssues, ...unenforced(this.#resources)];
  }

  /** Who is at an address: a workload's sidecar, or a gateway. */
  async at(address: string, port: number): Promise<MetProxy | undefined> {
    const instances = this.#snapshot.instancesAt(address);
    if (instances.length > 0 && instances.every(({ service }) => service.meshExternal)) return undefined;
    const workload = this.#workloads.find((each) => each.address === address);
    if (workload === undefined || workload.bare) return undefined;
    const asGateway = gatewayNodeOf(workload);
    if (asGateway !== undefined && this.#snapshot.gatewaysOf(asGateway).length > 0) {
      return { view: this.#viewOf(asGateway), side: 'gateway' };
    }
    const answers = instances.some(({ endpoint }) => endpoint.port === port);
    if (!answers && this.#options.interception === 'NONE') return undefined;
    return { view: this.#viewOf(sidecarNode(workload, this.#options.interception)), side: 'inbound' };
  }

  async unsent(hop: HopExplanation, asked: Asked): Promise<readonly RuleExplanation[]> {
    return unsentRules(this.#snapshot, hop, asked);
  }

  #session({ seed }: MeshRequest, traced: boolean): Session {
    return newSession(seededRandom(seed ?? this.#options.seed), traced, this.#snapshot.mesh.trustDomain);
  }

  async #send(request: MeshRequest, session: Session): Promise<{ readonly explanation: Explanation }> {
    const { call, start } = this.#prepare(request);
    return { explanation: await walk(call, start, this, session) };
  }

  #prepare(request: MeshRequest): { readonly call: Call; readonly start: Start } {
    const headers = Object.entries(request.headers ?? {}).flatMap(([name, value]) =>
      typeof value === 'string' ? [name, value] : value.flatMap((each) => [name, each]),
    );
    const call = parseCall({ url: request.url, method: request.method, headers });
    return { call, start: this.#startOf(request.from, call) };
  }

  #startOf(from: string | CallerLabels, call: Call): Start {
    const told = describeCaller(from);
    const address = call.host;
    if (from === 'outside') {
      const workload = this.#workloads.find((each) => each.address === call.host);
      if (workload !== undefined) return this.#directly(workload, told, call);
      return { from: told, view: this.#gateway('', call.port), side: 'gateway', address, source: CLIENT };
    }
    if (typeof from === 'string' && isGatewayName(from)) {
      const wanted = from.startsWith('gateway:') ? from.slice('gateway:'.length) : '';
      return { from: told, view: this.#gateway(wanted, call.port), side: 'gateway', address, source: CLIENT };
    }
    const node = callerNode(from, this.#resources, this.#workloads, this.#options.interception);
    const view = this.#viewOf(node);
    const wanted = addressOfHost(this.#snapshot, call.host, node.namespace);
    return { from: told, view, side: 'outbound', address: wanted, source: node.ip };
  }

  /** A client outside the mesh that connects to the workload's own address. */
  #directly(workload: KnownWorkload, from: string, call: Call): Start {
    if (workload.bare) throw new CallError(`${workload.name} has no sidecar, so nothing decides about calls to it`);
    const view = this.#viewOf(sidecarNode(workload, this.#options.interception));
    return { from, view, side: 'inbound', address: call.host, source: CLIENT };
  }

  #gateway(wanted: string, port: number): ProxyView {
    return this.#viewOf(gatewayNode(wanted, port, this.#resources, this.#workloads));
  }

  #viewOf(node: Node): ProxyView {
    const key = `${node.id} ${node.ip === NOBODY ? JSON.stringify(node.labels) : ''} ${node.serviceAccount}`;
    const known = this.#views.get(key);
    if (known !== undefined) return known;
    const { certificates } = this.#options;
    const translated = translate(this.#snapshot, proxyOf(this.#snapshot, node), { certificates });
    this.#translationIssues.push(...translated.issues);
    const view = new ProxyView(node, translated);
    this.#views.set(key, view);
    return view;
  }
}

/** The workload as the router it would be if a Gateway selects it. */
function gatewayNodeOf(workload: KnownWorkload): Node | undefined {
  const node = sidecarNode(workload, 'NONE');
  return { ...node, id: node.id.replace(/^sidecar~/, 'router~'), type: 'router', httpProxyPort: 0 };
}
