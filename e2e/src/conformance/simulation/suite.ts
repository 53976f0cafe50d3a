import type { Cluster } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import type { VirtualHost } from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import type { CaseResult, Outcome, Suite } from '../suite.ts';
import type { CallsCase, Expect, InboundClustersCase, Met, RoutesCase, SimulationCase } from './case.ts';
import { translateCase } from './mesh.ts';
import { Simulation } from './simulate.ts';
import { skippedCall, skippedCase } from './skips.ts';

const FIELDS = [
  'error',
  'listenerMatched',
  'filterChainMatched',
  'routeConfigMatched',
  'virtualHostMatched',
  'routeMatched',
  'clusterMatched',
] as const;

function show(values: Partial<Met>): string {
  return FIELDS.flatMap((field) => (values[field] ? [`${field}=${values[field]}`] : [])).join(' ') || 'anything';
}

function judge(expect: Expect, met: Met): Outcome {
  const wrong = FIELDS.some((field) => {
    // No error is meant where none is said; other fields matter only when they are.
    const matters = field === 'error' || expect.strictMatch === true || expect[field];
    return matters && !(field === 'clusterMatched' ? sameCluster : Object.is)(expect[field] ?? '', met[field]);
  });
  return wrong ? { result: 'fail', expected: show(expect), actual: show(met) } : { result: 'pass' };
}

const DOMAIN = '.svc.cluster.local';

/** Istio's tests have no domain to complete the short names of VirtualServices with: their `b.default` is our `b.default.svc.cluster.local`. */
function sameCluster(expected: string, actual: string): boolean {
  return expected === actual || (!expected.endsWith(DOMAIN) && `${expected}${DOMAIN}` === actual);
}

function same(expected: unknown, actual: unknown): Outcome {
  const [wanted, got] = [JSON.stringify(expected), JSON.stringify(actual)];
  return wanted === got ? { result: 'pass' } : { result: 'fail', expected: wanted, actual: got };
}

function runCalls(test: CallsCase, title: string): readonly CaseResult[] {
  let simulation: Simulation | undefined;
  return test.calls.map(({ name, call, expect }) => {
    const reason = skippedCase(test) ?? skippedCall(expect);
    const titled = `${title}: ${name ?? `${call.protocol} to port ${call.port}`}`;
    if (reason !== undefined) return { title: titled, outcome: { result: 'skip', reason } };
    simulation ??= new Simulation(translateCase(test));
    return { title: titled, outcome: judge(expect, simulation.run(call)) };
  });
}

function runRoutes(test: RoutesCase): Outcome {
  const table = translateCase(test).route.get(test.routeName);
  if (table === undefined) {
    if (test.expectNil === true) return { result: 'pass' };
    return { result: 'fail', expected: `a route configuration ${test.routeName}`, actual: 'none' };
  }
  const byDomain = new Map(table.virtualHosts.flatMap((host) => host.domains.map((domain) => [domain, host] as const)));
  const expected = Object.entries(test.virtualHosts ?? {});
  const actual = expected.map(([domain, wanted]) => {
    const clusters = clustersOf(byDomain.get(domain));
    const alike =
      clusters?.length === wanted?.length && clusters?.every((name, i) => sameCluster(wanted?.[i] ?? '', name));
    return [domain, alike === true ? wanted : clusters] as const;
  });
  return same(expected, actual);
}

/** Clusters of the routes that forward, in order. */
function clustersOf(host: VirtualHost | undefined): readonly string[] | null {
  if (host === undefined) return null;
  return host.routes.flatMap(({ action }) => {
    if (action.case !== 'route') return [];
    const { clusterSpecifier } = action.value;
    if (clusterSpecifier.case === 'cluster') return [clusterSpecifier.value];
    return clusterSpecifier.case === 'weightedClusters' ? clusterSpecifier.value.clusters.map(({ name }) => name) : [];
  });
}

function runInboundClusters(test: InboundClustersCase): Outcome {
  const resources = translateCase(test);
  const inbound = [...resources.cluster.values()].filter(({ name }) => name.startsWith('inbound|'));
  const endpoints = Object.fromEntries(inbound.map((cluster) => [cluster.name, endpointsOf(cluster)]));
  const outcome = same(sorted(test.clusters ?? {}), sorted(endpoints));
  if (outcome.result !== 'pass') return outcome;
  if (test.telemetryServices !== undefined) {
    const services = Object.fromEntries(inbound.map((cluster) => [cluster.name, servicesOf(cluster)]));
    const told = same(sorted(test.telemetryServices), sorted(services));
    if (told.result !== 'pass') return told;
  }
  const simulation = new Simulation(resources);
  for (const { name } of inbound) {
    const port = Number(name.split('|')[1]);
    const met = simulation.run({ address: '1.2.3.4', port, protocol: 'http', callMode: 'inbound' });
    const reached = judge({ clusterMatched: name }, met);
    if (reached.result !== 'pass') return reached;
  }
  return { result: 'pass' };
}

function sorted(values: Readonly<Record<string, unknown>>): unknown {
  return Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Null: where the connection wanted to go. */
function endpointsOf({ loadAssignment }: Cluster): readonly string[] | null {
  if (loadAssignment === undefined) return null;
  return loadAssignment.endpoints.flatMap(({ lbEndpoints }) =>
    lbEndpoints.map(({ hostIdentifier }) => {
      const at = hostIdentifier.case === 'endpoint' ? hostIdentifier.value.address?.address : undefined;
      if (at?.case === 'pipe') return at.value.path;
      if (at?.case !== 'socketAddress') return '';
      const { address, portSpecifier } = at.value;
      return `${address}:${portSpecifier.value ?? 0}`;
    }),
  );
}

function servicesOf({ metadata }: Cluster): readonly unknown[] {
  const services = metadata?.filterMetadata['istio']?.['services'];
  return Array.isArray(services)
    ? services.map((each) => (typeof each === 'object' && each !== null && 'host' in each ? each['host'] : undefined))
    : [];
}

function runCase(test: SimulationCase): readonly CaseResult[] {
  const title = `${test.file.replace(/_test\.go$/, '')} ${test.test}`;
  if (test.kind === 'calls') return runCalls(test, title);
  const reason = skippedCase(test);
  if (reason !== undefined) return [{ title, outcome: { result: 'skip', reason } }];
  return [{ title, outcome: test.kind === 'routes' ? runRoutes(test) : runInboundClusters(test) }];
}

/** Configuration and a call, a route table or the inbound clusters → what a proxy decides. */
export const simulation: Suite = {
  name: 'simulation',
  file: 'simulation.json',
  run(file) {
    const { cases } = file as { readonly cases: readonly SimulationCase[] };
    return cases.flatMap((test) => [...runCase(test)]);
  },
};
