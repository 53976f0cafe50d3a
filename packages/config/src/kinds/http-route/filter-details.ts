import { checkBackendRef } from '../../checks/gateway-api/references.ts';
import type { Report } from '../../schema/index.ts';
import type { HttpCorsFilter, HttpExternalAuthFilter, HttpPathModifier, HttpRouteFilter } from './type.ts';

/** What is inside the filters that only HTTP routes have. */
export function checkFilterDetails(filter: HttpRouteFilter, at: string, report: Report): void {
  checkPathModifier(filter.requestRedirect?.path, `${at}.requestRedirect.path`, report);
  checkPathModifier(filter.urlRewrite?.path, `${at}.urlRewrite.path`, report);
  if (filter.cors !== undefined) checkCors(filter.cors, `${at}.cors`, report);
  if (filter.externalAuth !== undefined) checkExternalAuth(filter.externalAuth, `${at}.externalAuth`, report);
}

function checkPathModifier(modifier: HttpPathModifier | undefined, at: string, report: Report): void {
  if (modifier === undefined) return;
  for (const [type, field] of [
    ['ReplaceFullPath', 'replaceFullPath'],
    ['ReplacePrefixMatch', 'replacePrefixMatch'],
  ] as const) {
    const set = modifier[field] !== undefined;
    if (modifier.type === type && !set) report.error(`${at}.${field}`, 'missing-field', `type ${type} needs ${field}`);
    if (modifier.type !== type && set) {
      report.error(
        `${at}.${field}`,
        'conflicting-fields',
        `${field} is for type ${type}, the type is ${modifier.type}`,
      );
    }
  }
}

function checkCors(cors: HttpCorsFilter, at: string, report: Report): void {
  for (const field of ['allowHeaders', 'allowMethods', 'allowOrigins'] as const) {
    const values: readonly string[] = cors[field] ?? [];
    if (values.length > 1 && values.includes('*')) {
      report.error(`${at}.${field}`, 'conflicting-values', '* already allows everything: remove the other entries');
    }
  }
}

function checkExternalAuth(auth: HttpExternalAuthFilter, at: string, report: Report): void {
  checkBackendRef(auth.backendRef, `${at}.backendRef`, report);
  for (const [protocol, field] of [
    ['GRPC', 'grpc'],
    ['HTTP', 'http'],
  ] as const) {
    const set = auth[field] !== undefined;
    if (auth.protocol === protocol && !set)
      report.error(`${at}.${field}`, 'missing-field', `protocol ${protocol} needs ${field}`);
    if (auth.protocol !== protocol && set) {
      report.error(`${at}.${field}`, 'conflicting-fields', `${field} is for protocol ${protocol}`);
    }
  }
}
