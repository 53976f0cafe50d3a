import { suggest } from '@weft/base';
import { KINDS, type KindRow, kindsNamed, restPath } from '@weft/config';
import { Failure } from '../command/failure.ts';

/** What a person named: `vs`, `vs orders`, `vs/orders`. */
export interface ObjectWords {
  readonly kind: KindRow;
  readonly names: readonly string[];
}

/**
 * Reads the words of get, delete and edit. A name that several groups use, such as `gateway`, means Istio's, which the help says;
 * `gateways.gateway.networking.k8s.io` means the other.
 */
export function parseObjectWords(words: readonly string[]): ObjectWords {
  const [first = '', ...rest] = words;
  const slash = first.indexOf('/');
  const name = slash < 0 ? first : first.slice(0, slash);
  const names = slash < 0 ? rest : [first.slice(slash + 1), ...rest];
  const rows = kindsNamed(name);
  const kind = rows.find((row) => row.group.endsWith('istio.io')) ?? rows[0];
  if (kind === undefined) {
    const near = suggest(
      name,
      KINDS.flatMap((row) => [row.plural, row.singular, ...row.shortNames]),
    );
    const known = KINDS.map((row) => row.plural).join(', ');
    throw new Failure(
      'usage',
      `there is no kind "${name}"`,
      near === undefined ? `kinds: ${known}` : `did you mean ${near}?`,
    );
  }
  return { kind, names };
}

/** The path of the collection (no name) or object. Without a namespace a collection spans all. */
export function objectPath(kind: KindRow, namespace: string | undefined, name?: string): string {
  return restPath(kind, name === undefined ? namespace : (namespace ?? 'default'), name);
}
