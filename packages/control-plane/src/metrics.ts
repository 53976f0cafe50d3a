type Labels = Readonly<Record<string, string>>;
const NO_LABELS: Labels = {};

interface Family {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly values: Map<string, number>;
}

/** Seconds; Istio's buckets of pilot_proxy_convergence_time (pilot/pkg/xds/monitoring.go). */
const CONVERGENCE_BUCKETS = [0.1, 0.5, 1, 3, 5, 10, 20, 30];

export type MetricName =
  | 'pilot_info'
  | 'pilot_xds'
  | 'pilot_xds_pushes'
  | 'pilot_xds_config_size_bytes_total'
  | 'pilot_total_xds_rejects'
  | 'pilot_total_xds_internal_errors'
  | 'pilot_proxy_convergence_time'
  | 'pilot_services'
  | 'pilot_inbound_updates'
  | 'pilot_push_triggers'
  | 'auto_registration_success_total'
  | 'auto_registration_updates_total'
  | 'auto_registration_unregister_total'
  | 'auto_registration_deletes_total'
  | 'auto_registration_errors_total';

/** What is counted, by Istio's names (pilot/pkg/xds/monitoring.go), so that its dashboards work. */
const FAMILIES: Readonly<Record<MetricName, Omit<Family, 'values'>>> = {
  pilot_info: { type: 'gauge', help: 'Version of the control plane.' },
  pilot_xds: { type: 'gauge', help: 'Number of proxies connected by xDS.' },
  pilot_xds_pushes: { type: 'counter', help: 'Responses sent, by type.' },
  pilot_xds_config_size_bytes_total: { type: 'counter', help: 'Bytes of resources sent, by type.' },
  pilot_total_xds_rejects: { type: 'counter', help: 'Responses that proxies refused, by type.' },
  pilot_total_xds_internal_errors: { type: 'counter', help: 'Translations that failed.' },
  pilot_proxy_convergence_time: {
    type: 'histogram',
    help: 'Seconds from giving a proxy a configuration to its last acknowledgement.',
  },
  pilot_services: { type: 'gauge', help: 'Services known.' },
  pilot_inbound_updates: { type: 'counter', help: 'Changes of configuration received, by type.' },
  pilot_push_triggers: { type: 'counter', help: 'Pushes to all proxies, by trigger.' },
  auto_registration_success_total: { type: 'counter', help: 'WorkloadEntries made for proxies of a WorkloadGroup.' },
  auto_registration_updates_total: { type: 'counter', help: 'Proxies that came back to their WorkloadEntry.' },
  auto_registration_unregister_total: { type: 'counter', help: 'Proxies of a WorkloadGroup that left.' },
  auto_registration_deletes_total: { type: 'counter', help: 'WorkloadEntries removed because their proxy was gone.' },
  auto_registration_errors_total: { type: 'counter', help: 'Proxies that could not be registered.' },
};

/** Counters in memory, printed in Prometheus' text format 0.0.4. */
export class Metrics {
  readonly #families = new Map<MetricName, Family>();

  constructor() {
    for (const name of Object.keys(FAMILIES) as MetricName[]) {
      this.#families.set(name, { ...FAMILIES[name], values: new Map() });
    }
  }

  add(name: MetricName, labels: Labels = NO_LABELS, by = 1): void {
    const values = this.#values(name);
    const key = printLabels(labels);
    values.set(key, (values.get(key) ?? 0) + by);
  }

  set(name: MetricName, value: number, labels: Labels = NO_LABELS): void {
    this.#values(name).set(printLabels(labels), value);
  }

  /** A duration for a histogram, in seconds. */
  observe(name: MetricName, seconds: number): void {
    const values = this.#values(name);
    const bump = (key: string, by: number): void => {
      values.set(key, (values.get(key) ?? 0) + by);
    };
    for (const bound of CONVERGENCE_BUCKETS) bump(`_bucket{le="${bound}"}`, seconds <= bound ? 1 : 0);
    bump('_bucket{le="+Inf"}', 1);
    bump('_sum', seconds);
    bump('_count', 1);
  }

  print(): string {
    let text = '';
    for (const [name, { type, help, values }] of this.#families) {
      text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
      for (const [suffix, value] of values) text += `${name}${suffix} ${value}\n`;
    }
    return text;
  }

  #values(name: MetricName): Map<string, number> {
    const family = this.#families.get(name);
    if (family === undefined) throw new Error(`no metric ${name}`);
    return family.values;
  }
}

function printLabels(labels: Labels): string {
  const parts = Object.entries(labels).map(([key, value]) => `${key}="${value.replace(/[\\"\n]/g, escaped)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

function escaped(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`;
}
