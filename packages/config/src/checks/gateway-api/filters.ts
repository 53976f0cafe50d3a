import type { Report } from '../../schema/index.ts';
import type { HttpRequestMirrorFilter, SessionPersistence } from '../../shared/gateway-api/type.ts';
import { checkBackendRef } from './references.ts';

/** The field each type of filter fills, and whether it may occur once only. */
const TYPES: Readonly<Record<string, { readonly field: string; readonly once: boolean }>> = {
  RequestHeaderModifier: { field: 'requestHeaderModifier', once: true },
  ResponseHeaderModifier: { field: 'responseHeaderModifier', once: true },
  RequestMirror: { field: 'requestMirror', once: false },
  RequestRedirect: { field: 'requestRedirect', once: true },
  URLRewrite: { field: 'urlRewrite', once: true },
  ExtensionRef: { field: 'extensionRef', once: false },
  CORS: { field: 'cors', once: true },
  ExternalAuth: { field: 'externalAuth', once: false },
};

interface Filter {
  readonly type?: string;
  readonly requestMirror?: HttpRequestMirrorFilter;
}

/** A filter fills the field of its type and no other; most types make sense once. */
export function checkFilters(filters: readonly Filter[] | undefined, at: string, report: Report): void {
  const seen = new Set<string>();
  for (const [i, filter] of (filters ?? []).entries()) {
    const path = `${at}.filters[${i}]`;
    const type = filter.type ?? '';
    checkFields(filter, type, path, report);
    if (TYPES[type]?.once === true && seen.has(type)) {
      report.error(path, 'duplicate', `the filter ${type} cannot be repeated`);
    }
    seen.add(type);
    if (filter.requestMirror !== undefined) checkMirror(filter.requestMirror, `${path}.requestMirror`, report);
  }
  if (seen.has('RequestRedirect') && seen.has('URLRewrite')) {
    report.error(`${at}.filters`, 'conflicting-fields', 'RequestRedirect and URLRewrite cannot be used together');
  }
}

function checkFields(filter: Filter, type: string, at: string, report: Report): void {
  for (const [name, { field }] of Object.entries(TYPES)) {
    const set = field in filter;
    if (name === type && !set)
      report.error(`${at}.${field}`, 'missing-field', `a filter of type ${type} needs ${field}`);
    if (name !== type && set) {
      report.error(
        `${at}.${field}`,
        'conflicting-fields',
        `${field} is for filters of type ${name}, this one is ${type}`,
      );
    }
  }
}

function checkMirror(mirror: HttpRequestMirrorFilter, at: string, report: Report): void {
  checkBackendRef(mirror.backendRef, `${at}.backendRef`, report);
  if (mirror.percent !== undefined && mirror.fraction !== undefined) {
    report.error(at, 'conflicting-fields', 'only one of percent and fraction can be set');
  }
  const { numerator = 0, denominator = 100 } = mirror.fraction ?? {};
  if (numerator > denominator) {
    report.error(`${at}.fraction`, 'out-of-range', 'the numerator must not be greater than the denominator');
  }
}

/** A session is kept by a cookie, unless a header is chosen; only the settings of the chosen one may be given. */
export function checkSession(session: SessionPersistence | undefined, at: string, report: Report): void {
  if (session === undefined) return;
  const type = session.type ?? 'Cookie';
  for (const [name, field] of [
    ['Cookie', 'cookie'],
    ['Header', 'header'],
  ] as const) {
    if (session[field] !== undefined && type !== name) {
      report.error(`${at}.${field}`, 'conflicting-fields', `${field} is for type ${name}, the type is ${type}`);
    }
    if (session[field] === undefined && session.type === name) {
      report.error(`${at}.${field}`, 'missing-field', `type ${name} needs ${field}`);
    }
  }
  if (session.cookie?.lifetimeType === 'Permanent' && session.absoluteTimeoutMs === undefined) {
    report.error(`${at}.absoluteTimeout`, 'missing-field', 'a permanent cookie needs absoluteTimeout');
  }
}
