import type { Resource } from '@weft/config';
import type { Analyzer } from '../analyzer.ts';
import { EVERYWHERE, exportScopes } from '../destination-host.ts';
import { fullName, type Objects } from '../objects.ts';

type Entry = Resource<'ServiceEntry'>;

interface Use {
  readonly entry: Entry;
  readonly protocol: string;
}

interface Place {
  readonly scope: string;
  readonly host: string;
  readonly port: number;
  readonly uses: Use[];
}

function placeKey(scope: string, host: string, port: number): string {
  return `${scope}/${host}:${port}`;
}

/** Every host and port that entries declare, by the namespace that sees it. */
function places(objects: Objects): ReadonlyMap<string, Place> {
  const found = new Map<string, Place>();
  for (const entry of objects.of('ServiceEntry')) {
    const { exportTo, hosts = [], ports = [] } = entry.spec;
    for (const scope of exportScopes(exportTo, entry.metadata.namespace)) {
      for (const host of hosts) {
        for (const { number: port = 0, protocol = '' } of ports) {
          const key = placeKey(scope, host, port);
          const place = found.get(key) ?? { scope, host, port, uses: [] };
          found.set(key, place);
          place.uses.push({ entry, protocol: protocol.toUpperCase() });
        }
      }
    }
  }
  return found;
}

/** Service entries that give one host and port different protocols. */
export const serviceEntryProtocols: Analyzer = {
  name: 'serviceentry.ConflictingServiceEntryProtocolAnalyzer',
  codes: ['IST0177'],
  analyze(objects, tell) {
    const all = places(objects);
    const told = new Set<Entry>();
    for (const { scope, host, port, uses } of all.values()) {
      const open = scope === EVERYWHERE ? undefined : all.get(placeKey(EVERYWHERE, host, port));
      const seen = [...uses, ...(open?.uses ?? [])];
      const protocols = [...new Set(seen.map(({ protocol }) => protocol))].sort();
      if (protocols.length < 2) continue;
      const names = [...new Set(seen.map(({ entry }) => fullName(entry)))].sort().join(', ');
      for (const { entry } of seen) {
        if (told.has(entry)) continue;
        told.add(entry);
        tell('IST0177', entry, 'metadata.name', { names, host, port, protocols: protocols.join(', ') });
      }
    }
  },
};
