/** The filters of a connection manager, one list a phase: an absent phase is absent from its list and costs nothing. */
import type { HttpFilter } from './http-filter.ts';

type Phase<K extends keyof HttpFilter> = readonly NonNullable<HttpFilter[K]>[];

export class HttpFilterChain {
  readonly requestHeaders: Phase<'onRequestHeaders'>;
  readonly requestBody: Phase<'onRequestBody'>;
  readonly requestEnd: Phase<'onRequestEnd'>;
  /** Responses pass the filters from the last to the first. */
  readonly responseHeaders: Phase<'onResponseHeaders'>;
  readonly responseBody: Phase<'onResponseBody'>;
  readonly responseEnd: Phase<'onResponseEnd'>;
  readonly end: Phase<'onEnd'>;
  /** How many filters there are, which is how many slots an exchange may need. */
  readonly size: number;

  constructor(filters: readonly HttpFilter[]) {
    const reversed = filters.toReversed();
    this.size = filters.length;
    this.requestHeaders = filters.flatMap((filter) => filter.onRequestHeaders ?? []);
    this.requestBody = filters.flatMap((filter) => filter.onRequestBody ?? []);
    this.requestEnd = filters.flatMap((filter) => filter.onRequestEnd ?? []);
    this.responseHeaders = reversed.flatMap((filter) => filter.onResponseHeaders ?? []);
    this.responseBody = reversed.flatMap((filter) => filter.onResponseBody ?? []);
    this.responseEnd = reversed.flatMap((filter) => filter.onResponseEnd ?? []);
    this.end = filters.flatMap((filter) => filter.onEnd ?? []);
  }
}
