import { checkDestination } from '../../checks/destination.ts';
import type { Report } from '../../schema/index.ts';
import type { RouteDestination } from './type.ts';

/** Destinations of a route: each names a host, and the weights of several do not sum to nothing. */
export function checkWeights(destinations: readonly RouteDestination[], at: string, report: Report): void {
  for (const [i, { destination, weight = 0 }] of destinations.entries()) {
    const path = `${at}[${i}]`;
    if (destination === undefined) report.error(`${path}.destination`, 'missing-field', 'a destination is required');
    checkDestination(destination, `${path}.destination`, report);
    if (weight < 0) report.error(`${path}.weight`, 'out-of-range', `the weight ${weight} is negative`);
  }
  const total = destinations.reduce((sum, { weight = 0 }) => sum + weight, 0);
  if (destinations.length > 1 && total === 0) {
    report.error(at, 'wrong-total', 'the weights of the destinations sum to 0');
  }
}
