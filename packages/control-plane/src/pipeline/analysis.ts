import { analyze, DEFAULT_ANALYZERS } from '@weft/analyze';
import type { Issue } from '@weft/base';
import { meshConfigOf, type Resource } from '@weft/config';
import { newIssues, overlay } from './overlay.ts';

/** What reading finds was told when the objects were read. */
const BETWEEN_OBJECTS = DEFAULT_ANALYZERS.filter(({ name }) => name !== 'schema.ValidationAnalyzer');

/**
 * What `changed` brings into disorder, among itself or elsewhere: references to nothing, contending objects, lost certificates. The objects
 * are valid, so none of it is more than a warning here. Workloads come and go, so selectors without any are no matter of an apply.
 */
export function analysisOf(
  current: readonly Resource[],
  changed: readonly Resource[],
  nowMs: number,
): readonly Issue[] {
  const find = (resources: readonly Resource[]): readonly Issue[] =>
    analyze({ resources, meshConfig: meshConfigOf(resources), workloadsKnown: false, nowMs }, BETWEEN_OBJECTS).filter(
      ({ severity }) => severity !== 'info',
    );
  const found = newIssues(find(current), find(overlay(current, changed)), changed);
  return found.map((issue) => ({ ...issue, severity: 'warning' }));
}
