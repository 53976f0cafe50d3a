import type { Report } from '../schema/index.ts';
import { isDnsLabel } from './dns.ts';

interface ExportToContext {
  /** The namespace of the object: `.` stands for it. */
  readonly namespace: string;
  /** A ServiceEntry may be exported to no one, `~`. */
  readonly allowNone: boolean;
  /** A DestinationRule with a workload selector stays in its namespace. */
  readonly ownNamespaceOnly: boolean;
}

/** Namespaces that see an object: `.`, `*`, `~` or names, without repetitions and contradictions. */
export function checkExportTo(
  exportTo: readonly string[] | undefined,
  context: ExportToContext,
  at: string,
  report: Report,
): void {
  if (exportTo === undefined || exportTo.length === 0) return;
  const seen = new Set<string>();
  for (const [i, entry] of exportTo.entries()) {
    const key = entry === '.' ? context.namespace : entry;
    const path = `${at}[${i}]`;
    if (seen.has(key)) report.error(path, 'duplicate', `${JSON.stringify(entry)} repeats an entry of exportTo`);
    else if (key === '~' && !context.allowNone) {
      report.error(path, 'invalid-visibility', '~ (no one) is only allowed for a ServiceEntry');
    } else if (key !== '*' && key !== '~' && !isDnsLabel(key)) {
      report.error(path, 'invalid-visibility', `${JSON.stringify(entry)} is not a namespace`, {
        expected: '., * or a namespace',
      });
    } else seen.add(key);
  }
  if (context.ownNamespaceOnly && seen.size > 0 && (seen.size > 1 || !seen.has(context.namespace))) {
    report.error(at, 'conflicting-fields', 'a rule with a workload selector can only be exported to its own namespace');
  }
  if (seen.has('*') && exportTo.length > 1) {
    report.error(at, 'conflicting-values', '* already exports to every namespace: remove the other entries');
  }
  if (seen.has('~') && exportTo.length > 1) {
    report.error(at, 'conflicting-values', 'cannot export to no one (~) and to someone');
  }
}
