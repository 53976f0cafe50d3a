/** Every HTTP filter of this proxy. A filter that is not here is refused by name, unless it is optional. */
import type { HttpFilterKind } from '../../stream/http-filter.ts';
import { router } from './router/filter.ts';

export const HTTP_FILTERS: readonly HttpFilterKind[] = [router];
