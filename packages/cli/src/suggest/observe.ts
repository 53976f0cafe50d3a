import { formatDurationMs, sleep } from '@weft/base';
import type { ApiClient, ProxyListing } from '../client/api-client.ts';
import type { CliContext } from '../command/context.ts';
import { Failure, messageOf } from '../command/failure.ts';
import { nameOf } from '../inspect/find-proxy.ts';
import { CALL_METRICS } from './calls.ts';
import { parsePrometheusText, type Sample } from './prometheus-text.ts';

/** What was seen, and for how long. */
export interface Observation {
  readonly samples: readonly Sample[];
  /** `4 proxies, for 3m12s since the youngest of them started`. */
  readonly told: string;
  /** What could not be looked at. */
  readonly missed: readonly string[];
  /** `namespace/app` of everybody who could have been seen calling; undefined: not known. */
  readonly watched: ReadonlySet<string> | undefined;
}

/** The counters of the connected sidecars: everything since they started, or with `forMs` what they count from now on. */
export async function observeProxies(api: ApiClient, forMs: number | undefined, cli: CliContext): Promise<Observation> {
  const sidecars = (await api.proxies()).filter(({ type }) => type === 'sidecar');
  const missed = sidecars
    .filter(({ adminAddress }) => adminAddress === undefined)
    .map((proxy) => `${nameOf(proxy)} does not say where its metrics are; ask Prometheus with --prometheus`);
  const watched = new Set(sidecars.map(({ cluster }) => cluster.split('.').reverse().join('/')));
  const asked = sidecars.filter(({ adminAddress }) => adminAddress !== undefined);
  const first = await scrapeAll(asked);
  if (forMs === undefined) {
    const youngest = Math.min(...first.flatMap(({ uptimeMs }) => uptimeMs ?? []));
    const since = Number.isFinite(youngest)
      ? `, for ${formatDurationMs(youngest)} since the youngest of them started`
      : '';
    return {
      samples: first.flatMap(({ samples }) => samples),
      told: `${first.length} ${first.length === 1 ? 'proxy' : 'proxies'}${since}`,
      missed: [...missed, ...first.flatMap(({ problem }) => problem ?? [])],
      watched,
    };
  }
  const leave = cli.stay();
  await sleep(cli.clock, forMs);
  leave();
  const second = await scrapeAll(asked);
  return {
    samples: second.flatMap(({ nodeId, samples }) =>
      grown(first.find((each) => each.nodeId === nodeId)?.samples ?? [], samples),
    ),
    told: `${second.length} ${second.length === 1 ? 'proxy' : 'proxies'}, for ${formatDurationMs(forMs)}`,
    missed: [...missed, ...second.flatMap(({ problem }) => problem ?? [])],
    watched,
  };
}

interface Scrape {
  readonly nodeId: string;
  readonly samples: readonly Sample[];
  readonly uptimeMs: number | undefined;
  readonly problem: string | undefined;
}

function scrapeAll(proxies: readonly ProxyListing[]): Promise<readonly Scrape[]> {
  return Promise.all(proxies.map(scrape));
}

async function scrape(proxy: ProxyListing): Promise<Scrape> {
  const { adminAddress = '', nodeId } = proxy;
  try {
    const [metrics, info] = await Promise.all([
      textOf(`http://${adminAddress}/stats/prometheus`),
      textOf(`http://${adminAddress}/server_info`),
    ]);
    const uptime = /"uptime_current_epoch":\s*"(\d+)s"/.exec(info)?.[1];
    const uptimeMs = uptime === undefined ? undefined : Number(uptime) * 1000;
    return { nodeId, samples: parsePrometheusText(metrics, CALL_METRICS), uptimeMs, problem: undefined };
  } catch (error) {
    const problem = `${nameOf(proxy)} could not be asked at ${adminAddress}: ${messageOf(error)}`;
    return { nodeId, samples: [], uptimeMs: undefined, problem };
  }
}

async function textOf(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.text();
}

/** What was counted between two looks; a proxy that started anew counts from zero. */
function grown(before: readonly Sample[], after: readonly Sample[]): readonly Sample[] {
  const old = new Map(before.map((sample) => [keyOf(sample), sample.value]));
  return after.map((sample) => {
    const was = old.get(keyOf(sample)) ?? 0;
    return { ...sample, value: sample.value >= was ? sample.value - was : sample.value };
  });
}

function keyOf({ name, labels }: Sample): string {
  return `${name} ${JSON.stringify(Object.entries(labels).sort())}`;
}

/** The answer of `/api/v1/query` (Prometheus, "HTTP API"). */
interface QueryAnswer {
  readonly status: string;
  readonly error?: string;
  readonly data?: {
    readonly result?: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value: readonly [number, string];
    }[];
  };
}

/** What Prometheus has of the same counters over the last `sinceMs`. */
export async function observePrometheus(base: string, sinceMs: number): Promise<Observation> {
  const labels = [
    'reporter',
    'source_workload',
    'source_workload_namespace',
    'source_app',
    'destination_service',
    'destination_service_name',
    'destination_service_namespace',
  ];
  const samples: Sample[] = [];
  for (const name of CALL_METRICS) {
    const range = `${Math.max(1, Math.round(sinceMs / 1000))}s`;
    const query = `sum by (${labels.join(', ')}) (increase(${name}{reporter="source"}[${range}]))`;
    const url = `${base.replace(/\/$/, '')}/api/v1/query?query=${encodeURIComponent(query)}`;
    for (const { metric, value } of (await queryAnswer(url)).data?.result ?? []) {
      samples.push({ name, labels: metric, value: Number(value[1]) });
    }
  }
  return { samples, told: `the last ${formatDurationMs(sinceMs)} that ${base} has`, missed: [], watched: undefined };
}

async function queryAnswer(url: string): Promise<QueryAnswer> {
  let answer: QueryAnswer;
  try {
    answer = JSON.parse(await (await fetch(url)).text());
  } catch (error) {
    throw new Failure(
      'unreachable',
      `Prometheus does not answer the query at ${new URL(url).origin}: ${messageOf(error)}`,
    );
  }
  if (answer.status === 'success') return answer;
  throw new Failure('failure', `Prometheus refuses the query: ${answer.error ?? answer.status}`);
}
