import type { Issue } from '@weft/base';
import { occursIn } from '@weft/config';
import { formatRef, type Node } from '@weft/mesh';
import type { ApplyTo, Patch, PatchContext } from './patch.ts';
import { isFor } from './patch.ts';

/** Patterns longer than this are not compiled; they match no proxy (model/envoyfilter.go, maxProxyVersionLen). */
const MAX_VERSION_PATTERN = 1024;

/** Whether a patch's `match.proxy` takes the proxy (model/envoyfilter.go, proxyMatch). */
export function takesProxy({ match }: Patch, node: Node): boolean {
  const version = match.proxy?.proxyVersion ?? '';
  if (version !== '') {
    if (version.length > MAX_VERSION_PATTERN || node.istioVersion === '') return false;
    if (!occursIn(version, node.istioVersion)) return false;
  }
  return Object.entries(match.proxy?.metadata ?? {}).every(([key, value]) => node.metadata[key] === value);
}

/** The patches for one proxy in the order to apply them. Proxies with the same patches share the set, and with it what came of them. */
export class PatchSet {
  readonly #byKind: ReadonlyMap<ApplyTo, readonly Patch[]>;
  readonly #patched = new Map<string, WeakMap<object, Patched<unknown>>>();

  constructor(patches: readonly Patch[]) {
    this.#byKind = Map.groupBy(patches, ({ applyTo }) => applyTo);
  }

  all(applyTo: ApplyTo): readonly Patch[] {
    return this.#byKind.get(applyTo) ?? [];
  }

  of(applyTo: ApplyTo, context: PatchContext): readonly Patch[] {
    return this.all(applyTo).filter((patch) => isFor(patch, context));
  }

  /** Whether there is any patch of these kinds for a side of the proxy. */
  has(context: PatchContext, ...kinds: readonly ApplyTo[]): boolean {
    return kinds.some((kind) => this.of(kind, context).length > 0);
  }

  /** What came of patching `message`. `key` names everything else that it depends on. */
  once<T>(key: string, message: object, make: (issues: Issue[]) => T): Patched<T>;
  once(key: string, message: object, make: (issues: Issue[]) => unknown): Patched<unknown> {
    let known = this.#patched.get(key);
    if (known === undefined) {
      known = new WeakMap();
      this.#patched.set(key, known);
    }
    const before = known.get(message);
    if (before !== undefined) return before;
    const issues: Issue[] = [];
    const patched = { value: make(issues), issues };
    known.set(message, patched);
    return patched;
  }
}

export interface Patched<T> {
  readonly value: T;
  readonly issues: readonly Issue[];
}

interface Step {
  readonly next: WeakMap<Patch, Step>;
  set: PatchSet | undefined;
}

const start: Step = { next: new WeakMap(), set: undefined };

/** One set for each list of patches, as long as somebody has the patches. */
export function patchSet(patches: readonly Patch[]): PatchSet {
  let step = start;
  for (const patch of patches) {
    const next: Step = step.next.get(patch) ?? { next: new WeakMap(), set: undefined };
    step.next.set(patch, next);
    step = next;
  }
  step.set ??= new PatchSet(patches);
  return step.set;
}

/** A patch that could not be applied to what it matches; it is skipped. */
export function failed(patch: Patch, target: string, why: string): Issue {
  return {
    severity: 'warning',
    code: 'patch-failed',
    at: patch.path,
    message: `the patch was not applied to ${target}: ${why}`,
    resource: formatRef(patch.ref),
    position: patch.ref.positionOf(patch.path),
  };
}
