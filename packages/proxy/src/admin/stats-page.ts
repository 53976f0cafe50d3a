/** /stats in Envoy's forms: text, JSON and Prometheus. */
import type { JsonObject } from '@bufbuild/protobuf';
import { isUsed, PROMETHEUS_CONTENT_TYPE, prometheusText } from '../telemetry/prometheus.ts';
import type { Stat } from '../telemetry/registry.ts';
import { Counter, Gauge, Histogram } from '../telemetry/stat.ts';
import type { AdminView } from './admin-view.ts';
import { searchPattern } from './pattern.ts';
import { badRequest, jsonReply, type Reply, textReply } from './reply.ts';

const QUANTILES = [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 100];

const TYPES: Readonly<Record<string, (stat: Stat) => boolean>> = {
  All: () => true,
  Counters: (stat) => stat.handle instanceof Counter,
  Gauges: (stat) => stat.handle instanceof Gauge,
  Histograms: (stat) => stat.handle instanceof Histogram,
};

/** Series that traffic labels have no dotted name; they are shown by their Prometheus one. */
function nameOf(stat: Stat): string {
  if (stat.name !== '') return stat.name;
  return `${stat.family}{${stat.labels.map(([name, value]) => `${name}="${value}"`).join(',')}}`;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** `P50(nan,12.5)`: Envoy prints the last interval and the total; this proxy keeps the total only. */
function histogramText(histogram: Histogram): string {
  if (histogram.count === 0) return 'No recorded values';
  return QUANTILES.map((q) => `P${q}(nan,${round(histogram.quantile(q / 100))})`).join(' ');
}

function statsText(stats: readonly Stat[]): string {
  return stats
    .map(
      (stat) =>
        `${nameOf(stat)}: ${stat.handle instanceof Histogram ? histogramText(stat.handle) : stat.handle.value}\n`,
    )
    .sort()
    .join('');
}

function statsJson(stats: readonly Stat[]): JsonObject {
  const values: JsonObject[] = [];
  const histograms: JsonObject[] = [];
  for (const stat of stats) {
    const { handle } = stat;
    if (!(handle instanceof Histogram)) values.push({ name: nameOf(stat), value: handle.value });
    else if (handle.count > 0) {
      histograms.push({
        name: nameOf(stat),
        values: QUANTILES.map((q) => ({ interval: null, cumulative: round(handle.quantile(q / 100)) })),
      });
    }
  }
  return { stats: [...values, { histograms: { supported_quantiles: QUANTILES, computed_quantiles: histograms } }] };
}

/** Answers /stats; `?filter=` is a regular expression found anywhere in the name, `usedonly` leaves out what is zero. */
export function statsPage(view: AdminView, query: URLSearchParams, format: string): Reply {
  const matches = searchPattern(query.get('filter') ?? '', 'filter');
  if (typeof matches !== 'function') return badRequest(matches.problem);
  const type = query.get('type') ?? 'All';
  const ofType = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (ofType === undefined) return badRequest(`type=${type} is none of ${Object.keys(TYPES).join(', ')}`);
  const filtered = query.has('filter');
  const usedOnly = query.has('usedonly');
  const wanted = (stat: Stat): boolean =>
    ofType(stat) && (!usedOnly || isUsed(stat)) && (!filtered || matches(nameOf(stat)));
  view.refreshStats();
  if (format === 'prometheus') {
    return { status: 200, contentType: PROMETHEUS_CONTENT_TYPE, body: prometheusText(view.stats, wanted) };
  }
  const stats = [...view.stats.stats()].filter(wanted);
  if (format === 'json') return jsonReply(statsJson(stats));
  if (format === 'text') return textReply(statsText(stats));
  return badRequest(`format=${format} is none of text, json, prometheus`);
}
