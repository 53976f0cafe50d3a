import { type Issue, parseDurationMs } from '@weft/base';
import {
  checkExportTo,
  headerValueProblem,
  matchHeaderNameProblem,
  negativeDurationProblem,
  Report,
  strictHeaderNameProblem,
} from '@weft/config';
import type { ValidationCase } from './graft.ts';

function issueOf(problem: string | undefined): readonly Issue[] {
  return problem === undefined ? [] : [{ severity: 'error', code: 'invalid', at: '', message: problem }];
}

/** Single values, each with its own check. An absent text is the empty one, as in protobuf. */
const STRINGS: Readonly<Record<string, (text: string) => string | undefined>> = {
  'string:headerName': strictHeaderNameProblem,
  'string:headerNameOrJwtClaim': matchHeaderNameProblem,
  'string:headerValue': headerValueProblem,
  duration: (text) => {
    const ms = parseDurationMs(text);
    return ms === undefined ? `${text} is not a duration` : negativeDurationProblem(ms);
  },
};

/** The issues of a case about a single value; undefined when it is about an object. */
export function checkValue(test: ValidationCase): readonly Issue[] | undefined {
  if (test.kind === 'exportTo') {
    const report = new Report(false);
    const context = {
      namespace: test.extra?.namespace ?? 'bar',
      allowNone: test.extra?.isServiceEntry === true,
      ownNamespaceOnly: test.extra?.isDestinationRuleWithSelector === true,
    };
    checkExportTo((test.spec ?? []) as readonly string[], context, 'exportTo', report);
    return report.issues;
  }
  const problemOf = STRINGS[test.kind];
  return problemOf === undefined ? undefined : issueOf(problemOf(String(test.spec ?? '')));
}
