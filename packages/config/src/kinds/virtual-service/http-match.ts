import { isDnsLabel } from '../../checks/dns.ts';
import { matchHeaderNameProblem } from '../../checks/header.ts';
import { checkLabels } from '../../checks/labels.ts';
import { portProblem } from '../../checks/port.ts';
import type { Report } from '../../schema/index.ts';
import type { StringMatch } from '../../shared/string-match/type.ts';
import { checkGatewayNames } from './gateway-names.ts';
import { checkMatchRegex, checkStringMatch } from './string-match.ts';
import type { HttpMatchRequest } from './type.ts';

/** The conditions of one match. */
export function checkHttpMatch(match: HttpMatchRequest, at: string, report: Report): void {
  for (const [name, value] of Object.entries(match.headers ?? {})) {
    checkHeaderName(name, `${at}.headers`, report);
    checkStringMatch(value, `${at}.headers.${name}`, report);
  }
  for (const [name, value] of Object.entries(match.withoutHeaders ?? {})) {
    checkHeaderName(name, `${at}.withoutHeaders`, report);
    // `*` is no regex: it stands for "present".
    if (value.regex !== '*') checkStringMatch(value, `${at}.withoutHeaders.${name}`, report);
  }
  checkMatchRegex(match.uri, `${at}.uri`, report);
  for (const field of ['scheme', 'method', 'authority'] as const)
    checkStringMatch(match[field], `${at}.${field}`, report);
  checkAll(match.queryParams, `${at}.queryParams`, report);
  const problem = (match.port ?? 0) === 0 ? undefined : portProblem(match.port ?? 0);
  if (problem !== undefined) report.error(`${at}.port`, 'invalid-port', problem);
  checkLabels(match.sourceLabels, `${at}.sourceLabels`, report);
  checkGatewayNames(match.gateways, `${at}.gateways`, report);
  if ((match.sourceNamespace ?? '') !== '' && !isDnsLabel(match.sourceNamespace ?? '')) {
    report.error(
      `${at}.sourceNamespace`,
      'invalid-name',
      `${JSON.stringify(match.sourceNamespace)} is not a namespace`,
    );
  }
}

function checkHeaderName(name: string, at: string, report: Report): void {
  const problem = matchHeaderNameProblem(name);
  if (problem !== undefined) report.error(at, 'invalid-header', problem);
}

function checkAll(matches: Readonly<Record<string, StringMatch>> | undefined, at: string, report: Report): void {
  for (const [name, match] of Object.entries(matches ?? {})) checkStringMatch(match, `${at}.${name}`, report);
}
