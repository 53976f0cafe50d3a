import { checkDestination } from '../../checks/destination.ts';
import { checkDuration } from '../../checks/duration.ts';
import { checkHeaders, corsHeaderNameProblem, isAuthorityHeader } from '../../checks/header.ts';
import { checkRetry } from '../../checks/retry.ts';
import type { Report } from '../../schema/index.ts';
import { checkFault } from './fault.ts';
import { checkDirectResponse, checkMirrorPercent, checkMirrors, checkRedirect, checkRewrite } from './http-action.ts';
import { checkHttpMatch } from './http-match.ts';
import { checkMatchRegex } from './string-match.ts';
import type { CorsPolicy, HttpRoute, HttpRouteDestination } from './type.ts';
import { checkWeights } from './weights.ts';

/** One HTTP rule. `inDelegate`: it belongs to a VirtualService without hosts. */
export function checkHttpRoute(route: HttpRoute, inDelegate: boolean, at: string, report: Report): void {
  checkConflicts(route, inDelegate, at, report);
  for (const [i, match] of (route.match ?? []).entries()) checkHttpMatch(match, `${at}.match[${i}]`, report);
  checkHeaders(route.headers, `${at}.headers`, report);
  checkCors(route.corsPolicy, `${at}.corsPolicy`, report);
  checkFault(route.fault, `${at}.fault`, report);
  checkMirroring(route, at, report);
  if (route.redirect !== undefined) checkRedirect(route.redirect, route.match ?? [], `${at}.redirect`, report);
  if (route.directResponse !== undefined) checkDirectResponse(route.directResponse, `${at}.directResponse`, report);
  checkRetry(route.retries, `${at}.retries`, report);
  if (route.rewrite !== undefined) checkRewrite(route.rewrite, `${at}.rewrite`, report);
  checkAuthority(route, at, report);
  checkDestinations(route.route ?? [], `${at}.route`, report);
  checkDuration(route.timeoutMs, `${at}.timeout`, report);
}

function checkConflicts(route: HttpRoute, inDelegate: boolean, at: string, report: Report): void {
  const routed = (route.route ?? []).length > 0;
  const conflict = (a: string, b: string): void => {
    report.error(at, 'conflicting-fields', `an HTTP route cannot have both ${a} and ${b}`);
  };
  if (route.delegate !== undefined) {
    if (inDelegate) report.error(`${at}.delegate`, 'unsupported', 'a delegate cannot delegate further');
    else {
      if (route.redirect !== undefined) conflict('delegate', 'redirect');
      if (route.route !== undefined) conflict('delegate', 'route');
      return;
    }
  }
  const answer = (['redirect', 'directResponse'] as const).find((field) => route[field] !== undefined);
  if (route.redirect !== undefined && route.directResponse !== undefined) conflict('redirect', 'directResponse');
  if (answer !== undefined) {
    if (routed) conflict('route', answer);
    if (route.fault !== undefined) conflict('fault', answer);
    if (route.rewrite !== undefined) conflict('rewrite', answer);
  } else if (!routed) {
    report.error(at, 'missing-field', 'an HTTP route needs route, redirect or directResponse');
  }
  if (route.mirror !== undefined && (route.mirrors ?? []).length > 0) conflict('mirror', 'mirrors');
}

function checkMirroring(route: HttpRoute, at: string, report: Report): void {
  if (route.mirrorPercent !== undefined) {
    checkMirrorPercent(route.mirrorPercent, `${at}.mirrorPercent`, report);
    report.warning(`${at}.mirrorPercent`, 'deprecated', 'mirrorPercent is deprecated', {
      hint: 'use mirrorPercentage',
    });
  }
  checkMirrorPercent(route.mirrorPercentage?.value, `${at}.mirrorPercentage`, report);
  checkDestination(route.mirror, `${at}.mirror`, report);
  checkMirrors(route.mirrors ?? [], `${at}.mirrors`, report);
}

/** The authority can be rewritten, set or added, but only once. */
function checkAuthority(route: HttpRoute, at: string, report: Report): void {
  const { set = {}, add = {} } = route.headers?.request ?? {};
  const headers = [...Object.entries(set), ...Object.entries(add)].filter(([name]) => isAuthorityHeader(name));
  const times = [route.rewrite?.authority ?? '', ...headers.map(([, value]) => value)].filter((value) => value !== '');
  if (times.length > 1) {
    report.error(
      `${at}.headers.request`,
      'conflicting-fields',
      `the authority is set more than once: ${times.join(', ')}`,
    );
  }
}

function checkDestinations(destinations: readonly HttpRouteDestination[], at: string, report: Report): void {
  for (const [i, destination] of destinations.entries())
    checkHeaders(destination.headers, `${at}[${i}].headers`, report);
  checkWeights(destinations, at, report);
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', '*']);

function checkCors(cors: CorsPolicy | undefined, at: string, report: Report): void {
  if (cors === undefined) return;
  for (const [i, origin] of (cors.allowOrigins ?? []).entries()) {
    const path = `${at}.allowOrigins[${i}]`;
    if ([origin.exact, origin.prefix, origin.regex].every((value) => (value ?? '') === '')) {
      report.error(path, 'missing-field', 'an origin needs a non-empty exact, prefix or regex');
    } else checkMatchRegex(origin, path, report);
  }
  for (const [i, method] of (cors.allowMethods ?? []).entries()) {
    if (!METHODS.has(method)) {
      report.error(
        `${at}.allowMethods[${i}]`,
        'unknown-value',
        `${JSON.stringify(method)} is not a supported HTTP method`,
      );
    }
  }
  for (const field of ['allowHeaders', 'exposeHeaders'] as const) {
    for (const [i, name] of (cors[field] ?? []).entries()) {
      const problem = corsHeaderNameProblem(name);
      if (problem !== undefined) report.error(`${at}.${field}[${i}]`, 'invalid-header', problem);
    }
  }
  checkDuration(cors.maxAgeMs, `${at}.maxAge`, report);
  if ((cors.maxAgeMs ?? 0) % 1000 !== 0) {
    report.error(`${at}.maxAge`, 'too-precise', 'maxAge has a precision of seconds');
  }
}
