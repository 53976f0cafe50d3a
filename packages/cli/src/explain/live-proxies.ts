import { loadTexts } from '@weft/config';
import { buildSnapshot, type Snapshot } from '@weft/mesh';
import {
  type Asked,
  addressOfHost,
  type Call,
  type HopExplanation,
  isGatewayName,
  type MetProxy,
  type ProxySource,
  type ProxyView,
  type RuleExplanation,
  type Start,
  unsentRules,
} from '@weft/testing/explain';
import { liveInputs } from '../analyze/live-inputs.ts';
import type { ApiClient, ProxyListing } from '../client/api-client.ts';
import { Failure } from '../command/failure.ts';
import { findProxy } from '../inspect/find-proxy.ts';
import { type AssignedXds, decodeAssigned } from './xds-view.ts';

/** Outside the mesh: a documentation address (RFC 5737). */
const CLIENT = '198.51.100.1';

/** The proxies of a running mesh, each with what the control plane assigns to it. */
export class LiveProxies implements ProxySource {
  readonly #api: ApiClient;
  readonly #views = new Map<string, ProxyView>();
  #snapshot: Snapshot | undefined;
  #listings: readonly ProxyListing[] | undefined;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** Several proxies may share an address; then the one whose application answers at the port is meant. */
  async at(address: string, port: number): Promise<MetProxy | undefined> {
    const there = (await this.#proxies()).filter(({ ip, type }) => ip === address && type === 'sidecar');
    for (const { nodeId } of there) {
      const view = await this.#viewOf(nodeId);
      const { appPorts } = view.node;
      if (there.length === 1 || appPorts.has(port)) {
        return appPorts.size > 0 && !appPorts.has(port) ? undefined : { view, side: 'inbound' };
      }
    }
    const gateway = (await this.#proxies()).find(({ ip, type }) => ip === address && type === 'router');
    if (gateway === undefined) return undefined;
    const view = await this.#viewOf(gateway.nodeId);
    return listens(view, port) ? { view, side: 'gateway' } : undefined;
  }

  async startOf(from: string, call: Call): Promise<Start> {
    if (from === 'outside') {
      const met = await this.at(call.host, call.port);
      if (met?.side === 'inbound') return { from, ...met, address: call.host, source: CLIENT };
    }
    if (from === 'outside' || isGatewayName(from)) {
      const view = await this.#gateway(from, call.port);
      return { from, view, side: 'gateway', address: call.host, source: CLIENT };
    }
    const view = await this.#viewOf((await findProxy(from, this.#api)).nodeId);
    const address = view.node.interception === 'NONE' ? call.host : await this.#resolve(call.host, view);
    return { from, view, side: 'outbound', address, source: view.node.ip };
  }

  /** `gateway:NAME` by its name; else the one that serves the port, the ingress gateway first. */
  async #gateway(from: string, port: number): Promise<ProxyView> {
    if (from.startsWith('gateway:')) {
      return this.#viewOf((await findProxy(from.slice('gateway:'.length), this.#api)).nodeId);
    }
    const routers = (await this.#proxies()).filter(({ type }) => type === 'router');
    const isIngress = ({ nodeId }: ProxyListing): boolean => nodeId.includes('ingressgateway');
    const sorted = [...routers.filter(isIngress), ...routers.filter((each) => !isIngress(each))];
    const views = await Promise.all(sorted.map(({ nodeId }) => this.#viewOf(nodeId)));
    const found = views.find((view) => serves(view, port)) ?? views[0];
    if (found !== undefined) return found;
    throw new Failure(
      'notFound',
      'no gateway is connected',
      'start one with `weft up` or `weft gateway`, or name a workload with --from',
    );
  }

  /** Objects of the API have no files; what was sent has those it came from. */
  async unsent(hop: HopExplanation, asked: Asked): Promise<readonly RuleExplanation[]> {
    const rules = unsentRules(await this.#objects(), hop, asked);
    return rules.map((rule) => ({
      ...rule,
      origin: rule.origin && { ...rule.origin, file: undefined, line: undefined },
    }));
  }

  /** Captured connections are known by their address, so the name has to become one. */
  async #resolve(host: string, view: ProxyView): Promise<string> {
    return addressOfHost(await this.#objects(), host, view.node.namespace);
  }

  /** The mesh that the objects of the control plane describe. */
  async #objects(): Promise<Snapshot> {
    this.#snapshot ??= buildSnapshot(loadTexts(await liveInputs(this.#api), { keepInvalid: true }).resources);
    return this.#snapshot;
  }

  async #proxies(): Promise<readonly ProxyListing[]> {
    this.#listings ??= await this.#api.proxies();
    return this.#listings;
  }

  async #viewOf(nodeId: string): Promise<ProxyView> {
    const known = this.#views.get(nodeId);
    if (known !== undefined) return known;
    const view = decodeAssigned(await this.#api.get<AssignedXds>(`/debug/xds?proxyID=${encodeURIComponent(nodeId)}`));
    this.#views.set(nodeId, view);
    return view;
  }
}

/** Whether the gateway answers a port of a Gateway, wherever it is bound. */
function serves(view: ProxyView, port: number): boolean {
  return listens(view, view.node.appPorts.get(port) ?? port);
}

function listens(view: ProxyView, port: number): boolean {
  return view.listeners.some(({ address }) => address.kind === 'ip' && address.port === port);
}
