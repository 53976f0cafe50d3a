import type { AccessRecord } from '../access-record.ts';
import { headerOf } from './header-of.ts';

/** A header of the request, or a part of its first line by the name of its pseudo-header. */
export function requestHeader(record: AccessRecord, name: string): string | undefined {
  switch (name) {
    case ':method':
      return record.method || undefined;
    case ':path':
      return record.path || undefined;
    case ':authority':
    case 'host':
      return record.authority || undefined;
    case ':scheme':
      return record.scheme || undefined;
    default:
      return headerOf(record.requestHeaders, name);
  }
}
