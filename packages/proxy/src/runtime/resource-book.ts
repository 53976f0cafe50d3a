/** What the proxy holds of each kind, with versions and refusals, for /config_dump. Nothing here is on a request's path. */
import type { Message } from '@bufbuild/protobuf';
import { formatIssue, type Issue } from '@weft/base';
import type { ResourceKind } from '@weft/xds';
import type { HeldResource, RejectedUpdate, ResourceState } from '../admin/admin-view.ts';

interface Held {
  message: Message;
  versionInfo: string;
  lastUpdatedMs: number;
  dynamic: boolean;
  rejected: RejectedUpdate | undefined;
}

/** What is told of resources; a thread that shows nothing keeps no book. */
export type BookKeeper = Pick<ResourceBook, 'accepted' | 'refused' | 'removed'>;

export const NO_BOOK: BookKeeper = { accepted: () => undefined, refused: () => undefined, removed: () => undefined };

export class ResourceBook {
  readonly #kinds = new Map<ResourceKind, Map<string, Held>>();
  readonly #refused = new Map<string, RejectedUpdate>();

  #of(kind: ResourceKind): Map<string, Held> {
    const known = this.#kinds.get(kind);
    if (known !== undefined) return known;
    const made = new Map<string, Held>();
    this.#kinds.set(kind, made);
    return made;
  }

  accepted(
    kind: ResourceKind,
    name: string,
    message: Message,
    versionInfo: string,
    nowMs: number,
    dynamic: boolean,
  ): void {
    this.#of(kind).set(name, { message, versionInfo, lastUpdatedMs: nowMs, dynamic, rejected: undefined });
    this.#refused.delete(`${kind}/${name}`);
  }

  /** The last good value stays; the refusal is noted beside it. */
  refused(kind: ResourceKind, name: string, versionInfo: string, issues: readonly Issue[], atMs: number): void {
    const rejected = { versionInfo, atMs, details: issues.map(formatIssue).join('\n') };
    const held = this.#of(kind).get(name);
    if (held !== undefined) held.rejected = rejected;
    this.#refused.set(`${kind}/${name}`, rejected);
  }

  /** What stood in the way of an accepted resource is gone. */
  recovered(kind: ResourceKind, name: string): void {
    const held = this.#of(kind).get(name);
    if (held !== undefined) held.rejected = undefined;
    this.#refused.delete(`${kind}/${name}`);
  }

  removed(kind: ResourceKind, name: string): void {
    this.#of(kind).delete(name);
    this.#refused.delete(`${kind}/${name}`);
  }

  /** Names of a kind that came over xDS. */
  dynamicNames(kind: ResourceKind): readonly string[] {
    return [...this.#of(kind)].flatMap(([name, held]) => (held.dynamic ? [name] : []));
  }

  /** What came over xDS and is in force. */
  dynamic(kind: ResourceKind): readonly {
    readonly kind: ResourceKind;
    readonly name: string;
    readonly version: string;
    readonly message: Message;
  }[] {
    return [...this.#of(kind)].flatMap(([name, { dynamic, message, versionInfo }]) =>
      dynamic ? [{ kind, name, version: versionInfo, message }] : [],
    );
  }

  list(kind: ResourceKind, stateOf: (name: string) => ResourceState): readonly HeldResource[] {
    return [...this.#of(kind)].map(([name, held]) => ({ name, ...held, state: stateOf(name) }));
  }
}
