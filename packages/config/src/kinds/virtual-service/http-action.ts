import { checkDestination } from '../../checks/destination.ts';
import { portProblem } from '../../checks/port.ts';
import { checkRegex } from '../../checks/regex.ts';
import type { Report } from '../../schema/index.ts';
import { checkHttpStatus } from './fault.ts';
import type { HttpDirectResponse, HttpMatchRequest, HttpMirrorPolicy, HttpRedirect, HttpRewrite } from './type.ts';

const MAX_BODY = 1024 * 1024;
const LARGE_BODY = 100 * 1024;

export function checkRedirect(
  redirect: HttpRedirect,
  matches: readonly HttpMatchRequest[],
  at: string,
  report: Report,
): void {
  const { uri = '', prefixRewrite = '', authority = '', scheme = '', redirectCode = 0, port } = redirect;
  if (uri !== '' && prefixRewrite !== '')
    report.error(at, 'conflicting-fields', 'only one of uri and prefixRewrite can be set');
  if (prefixRewrite !== '' && matches.some((match) => match.uri !== undefined && match.uri.prefix === undefined)) {
    report.error(`${at}.prefixRewrite`, 'conflicting-fields', 'prefixRewrite needs uri matches of the form prefix');
  }
  const target = uri !== '' || prefixRewrite !== '' || authority !== '' || scheme !== '';
  if (!target && port === undefined && redirect.derivePort === undefined) {
    report.error(at, 'missing-field', 'a redirect must set uri, authority, scheme or port');
  }
  if (redirectCode !== 0 && (redirectCode < 300 || redirectCode > 399)) {
    report.error(`${at}.redirectCode`, 'out-of-range', `${redirectCode} is not a redirect code, must be 3xx`);
  }
  if (scheme !== '' && scheme !== 'http' && scheme !== 'https') {
    report.error(`${at}.scheme`, 'unknown-value', `${JSON.stringify(scheme)} is no scheme to redirect to`, {
      expected: 'http or https',
    });
  }
  const problem = (port ?? 0) > 0 ? portProblem(port ?? 0) : undefined;
  if (problem !== undefined) report.error(`${at}.port`, 'invalid-port', problem);
}

export function checkDirectResponse(response: HttpDirectResponse, at: string, report: Report): void {
  const { body } = response;
  const size =
    body?.string === undefined ? Buffer.byteLength(body?.bytes ?? '', 'base64') : Buffer.byteLength(body.string);
  if (size > MAX_BODY)
    report.error(`${at}.body`, 'too-large', `the body has ${size} bytes, it must be less than 1 MiB`);
  else if (size > LARGE_BODY) {
    report.warning(`${at}.body`, 'large', `every proxy concerned holds the ${size} bytes of this body in memory`);
  }
  checkHttpStatus(response.status ?? 0, `${at}.status`, report);
}

export function checkMirrors(mirrors: readonly HttpMirrorPolicy[], at: string, report: Report): void {
  for (const [i, mirror] of mirrors.entries()) {
    const path = `${at}[${i}]`;
    if (mirror.destination === undefined)
      report.error(`${path}.destination`, 'missing-field', 'a mirror needs a destination');
    checkDestination(mirror.destination, `${path}.destination`, report);
    checkMirrorPercent(mirror.percentage?.value, `${path}.percentage`, report);
  }
}

export function checkMirrorPercent(percent: number | undefined, at: string, report: Report): void {
  if (percent !== undefined && (percent < 0 || percent > 100)) {
    report.error(at, 'out-of-range', `the percentage ${percent} is not in the range 0..100`);
  }
}

export function checkRewrite(rewrite: HttpRewrite, at: string, report: Report): void {
  const { uri = '', authority = '', uriRegexRewrite: regex } = rewrite;
  if (uri !== '' && regex !== undefined) {
    report.error(at, 'conflicting-fields', 'only one of uri and uriRegexRewrite can be set');
  }
  if (uri === '' && authority === '' && regex === undefined) {
    report.error(at, 'missing-field', 'a rewrite must set uri, uriRegexRewrite or authority');
  }
  if (regex === undefined) return;
  const path = `${at}.uriRegexRewrite`;
  if ((regex.match ?? '') === '' || (regex.rewrite ?? '') === '') {
    report.error(path, 'missing-field', 'uriRegexRewrite needs both match and rewrite');
  } else checkRegex(regex.match ?? '', `${path}.match`, report);
}
