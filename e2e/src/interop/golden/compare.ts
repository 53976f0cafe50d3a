/** Compares the outcomes of one probe at two proxies, though each draws its own random numbers. */
import type { DataPlane } from './golden-case.ts';
import { type Outcome, send } from './outcome.ts';
import type { Probe } from './probes.ts';

/** Two of two equal endpoints are both seen after this many requests but once in 10¹⁸ runs. */
const MOST_ROUNDS = 64;
/** A reply of the proxy itself does not depend on a balancer. */
const ROUNDS_OF_REPLIES = 4;
const SHARE_REQUESTS = 400;
/** Five standard deviations of a measured share, where they are largest. */
const SHARE_TOLERANCE = 5 * Math.sqrt(0.25 / SHARE_REQUESTS);

export type Ports = Readonly<Record<DataPlane, number>>;

/** What one data plane did and the other did not, by fact. */
export interface Difference {
  readonly probe: string;
  readonly envoy: readonly string[];
  readonly weft: readonly string[];
}

/**
 * Sends the probe to both ports until the sets of outcomes are equal. A balancer may choose: one that does not hash reaches every
 * endpoint soon, one that does must keep to the endpoint of the other data plane.
 */
export async function compare(probe: Probe, ports: Ports): Promise<readonly Difference[]> {
  const share = probe.requested?.expect.share;
  if (share !== undefined) return compareShares(probe, ports, share);
  const envoy = new Set<string>();
  const weft = new Set<string>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const outcomes = await Promise.all([send(ports.envoy, probe), send(ports.weft, probe)]);
    envoy.add(print(outcomes[0]));
    weft.add(print(outcomes[1]));
    if (envoy.symmetricDifference(weft).size === 0 && isExpected(probe, envoy)) {
      const { cookie } = outcomes[0];
      return cookie === undefined ? [] : compareWithCookie(probe, cookie, ports);
    }
    if (round === ROUNDS_OF_REPLIES && outcomes.every(({ reached }) => reached === 'reply')) break;
  }
  return [{ probe: probe.title, ...factsApart(envoy, weft) }];
}

/** The cookie says which endpoint: both must understand it alike. */
function compareWithCookie(probe: Probe, cookie: string, ports: Ports): Promise<readonly Difference[]> {
  const headers = { ...probe.headers, cookie };
  return compare({ ...probe, title: `${probe.title} with the cookie ${cookie}`, headers }, ports);
}

/** Only what differs, where both had one outcome. */
function factsApart(envoy: ReadonlySet<string>, weft: ReadonlySet<string>): Omit<Difference, 'probe'> {
  const [atEnvoy, atWeft] = [envoy, weft].map((set) => new Set([...set].flatMap((text) => text.split('\n'))));
  const facts = {
    envoy: [...(atEnvoy?.difference(atWeft ?? new Set()) ?? [])],
    weft: [...(atWeft?.difference(atEnvoy ?? new Set()) ?? [])],
  };
  return facts.envoy.length + facts.weft.length > 0 ? facts : { envoy: [...envoy], weft: [...weft] };
}

function print({ reached, facts }: Outcome): string {
  return [reached, ...facts].join('\n');
}

function clusterOf({ reached }: Outcome): string {
  return reached.slice(0, reached.lastIndexOf(' '));
}

/** Of requests that reached a backend, one was at the cluster that the case names; weighted routes have others too. */
function isExpected(probe: Probe, both: ReadonlySet<string>): boolean {
  const cluster = probe.requested?.expect.cluster;
  const reached = [...both].filter((text) => text.includes('|'));
  return cluster === undefined || reached.length === 0 || reached.some((text) => text.startsWith(`${cluster} `));
}

async function compareShares(
  probe: Probe,
  ports: Ports,
  share: Readonly<Record<string, number>>,
): Promise<readonly Difference[]> {
  const [envoy, weft] = await Promise.all([measure(ports.envoy, probe), measure(ports.weft, probe)]);
  const total = Object.values(share).reduce((sum, part) => sum + part, 0);
  const isNear = (measured: ReadonlyMap<string, number>): boolean =>
    new Set(Object.keys(share)).symmetricDifference(measured).size === 0 &&
    Object.entries(share).every(([cluster, part]) => {
      const apart = (measured.get(cluster) ?? 0) / SHARE_REQUESTS - part / total;
      return Math.abs(apart) < SHARE_TOLERANCE;
    });
  if (isNear(envoy) && isNear(weft)) return [];
  const text = (measured: ReadonlyMap<string, number>): string[] => [...measured].map(([name, n]) => `${name}: ${n}`);
  return [{ probe: probe.title, envoy: text(envoy), weft: text(weft) }];
}

/** Cluster → how many of SHARE_REQUESTS it got. */
async function measure(port: number, probe: Probe): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (let i = 0; i < SHARE_REQUESTS; i++) {
    const cluster = clusterOf(await send(port, probe));
    counts.set(cluster, (counts.get(cluster) ?? 0) + 1);
  }
  return counts;
}
