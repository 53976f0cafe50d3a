/** Prometheus text exposition format 0.0.4 of a registry. */
import type { Labels, SeriesSource, Stat } from './registry.ts';
import { Counter, Histogram } from './stat.ts';

export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=UTF-8';

function escapeLabel(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value;
}

function labelText(labels: Labels, extra = ''): string {
  let text = '';
  for (const [name, value] of labels) text += `${text === '' ? '' : ','}${name}="${escapeLabel(value)}"`;
  if (extra !== '') text += text === '' ? extra : `,${extra}`;
  return text === '' ? '' : `{${text}}`;
}

function typeOf(stat: Stat): string {
  if (stat.handle instanceof Histogram) return 'histogram';
  return stat.handle instanceof Counter ? 'counter' : 'gauge';
}

function sampleLines(stat: Stat): string {
  const { family, labels, handle } = stat;
  if (!(handle instanceof Histogram)) return `${family}${labelText(labels)} ${handle.value}\n`;
  let lines = '';
  let cumulative = 0;
  for (let i = 0; i < handle.bounds.length; i++) {
    cumulative += handle.counts[i]!;
    lines += `${family}_bucket${labelText(labels, `le="${handle.bounds[i]}"`)} ${cumulative}\n`;
  }
  lines += `${family}_bucket${labelText(labels, 'le="+Inf"')} ${handle.count}\n`;
  const plain = labelText(labels);
  return `${lines}${family}_sum${plain} ${handle.sum}\n${family}_count${plain} ${handle.count}\n`;
}

/** True for what `?usedonly` prints: a value that is not zero, a histogram with records. */
export function isUsed(stat: Stat): boolean {
  return stat.handle instanceof Histogram ? stat.handle.count > 0 : stat.handle.value !== 0;
}

/** All samples of a family stand together under one TYPE line, as the format demands. */
export function prometheusText(registry: SeriesSource, wanted: (stat: Stat) => boolean = () => true): string {
  const families = new Map<string, Stat[]>();
  for (const stat of registry.stats()) {
    if (!wanted(stat)) continue;
    const list = families.get(stat.family);
    if (list === undefined) families.set(stat.family, [stat]);
    else list.push(stat);
  }
  let text = '';
  for (const [family, stats] of families) {
    text += `# TYPE ${family} ${typeOf(stats[0]!)}\n`;
    for (const stat of stats) text += sampleLines(stat);
  }
  return text;
}
