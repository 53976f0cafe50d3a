import type { Endpoint } from '../endpoint/endpoint.ts';

/** What a pick may depend on. One object can be reused for every request. */
export interface PickContext {
  /** Upper and lower half of the request's hash (xxHash64 by `hashRequest`); used when `hashed`. */
  hashHi: number;
  hashLo: number;
  hashed: boolean;
  /** Endpoints that earlier tries used, for `previous_hosts`; undefined on a first try. */
  previous: readonly Endpoint[] | undefined;
  /** How often to look again for an endpoint outside `previous`. */
  attempts: number;
  /** What subset selection looks for; undefined: nothing. */
  metadataMatch: readonly (readonly [key: string, value: string])[] | undefined;
}

/** Chooses among the endpoints it was built over. Immutable but for the state of its own turn (round robin). */
export interface Picker {
  pick(context: PickContext): Endpoint | undefined;
}
