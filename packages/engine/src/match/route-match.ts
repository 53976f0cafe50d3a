import type { Fraction } from './fraction.ts';
import type { HeaderMatch } from './header-match.ts';
import type { QueryMatch } from './query-match.ts';
import type { Regex } from './regex.ts';

export type PathKind = 'prefix' | 'path' | 'regex' | 'separated-prefix' | 'connect' | 'template';

/** A `route.v3.RouteMatch`, prepared: every list present, texts lower-cased where case does not count. */
export interface RouteMatch {
  readonly pathKind: PathKind;
  /** The prefix or path; lower-case when case does not count. For people: the pattern of a regex or template. */
  readonly path: string;
  readonly caseSensitive: boolean;
  readonly regex: Regex | undefined;
  readonly headers: readonly HeaderMatch[];
  readonly query: readonly QueryMatch[];
  /** `runtime_fraction`: the share of otherwise matching requests that this route takes. */
  readonly fraction: Fraction | undefined;
  readonly grpc: boolean;
}
