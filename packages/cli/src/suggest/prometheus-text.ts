/** One value of the Prometheus text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?\s*$/;
const LABEL = /([a-zA-Z_]\w*)="((?:\\.|[^"\\])*)",?/g;

/** Reads the samples of the given names from a page of metrics (Prometheus, "Text-based format"); what is no sample is passed over. */
export function parsePrometheusText(text: string, names: ReadonlySet<string>): readonly Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const match = line.startsWith('#') ? null : LINE.exec(line);
    const [, name = '', inside = '', value = ''] = match ?? [];
    if (match === null || !names.has(name)) continue;
    const labels: Record<string, string> = {};
    for (const [, label = '', quoted = ''] of inside.matchAll(LABEL)) labels[label] = unquoted(quoted);
    samples.push({ name, labels, value: Number(value) });
  }
  return samples;
}

function unquoted(text: string): string {
  return text.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}
