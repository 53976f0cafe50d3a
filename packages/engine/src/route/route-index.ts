import type { Route } from './route.ts';

/** Narrows a virtual host's routes to those whose path could match, keeping their order. */
export interface RouteIndex {
  readonly routes: readonly Route[];
}
