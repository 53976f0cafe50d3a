import type { Destination, Resource } from '@weft/config';

/** A destination of a virtual service, and where it stands. */
export interface PlacedDestination {
  readonly destination: Destination;
  /** The path of the destination's host. */
  readonly at: string;
  readonly mirror: boolean;
}

/** Every destination that traffic or copies of it go to. */
export function destinationsOf({ spec }: Resource<'VirtualService'>): readonly PlacedDestination[] {
  const found: PlacedDestination[] = [];
  const add = (destination: Destination | undefined, at: string, mirror: boolean): void => {
    if (destination !== undefined) found.push({ destination, at: `${at}.host`, mirror });
  };
  for (const kind of ['tcp', 'tls', 'http'] as const) {
    for (const [i, { route = [] }] of (spec[kind] ?? []).entries()) {
      for (const [j, { destination }] of route.entries())
        add(destination, `spec.${kind}[${i}].route[${j}].destination`, false);
    }
  }
  for (const [i, { mirror, mirrors = [] }] of (spec.http ?? []).entries()) {
    add(mirror, `spec.http[${i}].mirror`, true);
    for (const [j, { destination }] of mirrors.entries())
      add(destination, `spec.http[${i}].mirrors[${j}].destination`, true);
  }
  return found;
}
