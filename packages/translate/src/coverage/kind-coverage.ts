import type { JsonObject, Resource } from '@weft/config';

/** A value that is read where other values of the same field have their effect, or that only one data plane enforces. */
export interface Gap {
  /** `trafficPolicy.tls.mode`, below `spec`. */
  readonly path: string;
  /** Whether this value is without effect; every value when absent. */
  readonly when?: (value: unknown) => boolean;
  /** What happens instead, as the rest of a sentence: "has no effect yet: …". */
  readonly instead: string | ((value: unknown) => string);
  /** Leaving it out makes the mesh less safe than its author believes. */
  readonly security?: boolean | ((value: unknown) => boolean);
  /** A stock Envoy does enforce it. */
  readonly onlyInWeft?: boolean;
}

/** A part of an object other than `spec`. */
export interface Body {
  /** Its path in the object: `data.mesh`. */
  readonly at: string;
  /** The part, decoded; undefined when this object has none. */
  of(resource: Resource): unknown;
  /** The line of a path in the part; without it the object's own lines are asked. */
  lineOf?(resource: Resource, path: string): number;
}

/** What becomes of one kind. */
export type KindCoverage =
  /** Data or bookkeeping of Kubernetes: there is nothing to enforce in it. */
  | { readonly effect: 'data' }
  /** Has its effect, as far as `paths` go, but for `gaps`. */
  | {
      readonly effect: 'enforced';
      readonly paths: readonly string[];
      readonly gaps: readonly Gap[];
      /** What the paths are about when it is not `spec`. */
      readonly body?: Body;
    }
  /** Read and checked, without effect yet. */
  | {
      readonly effect: 'none';
      readonly instead: string;
      readonly security: (spec: JsonObject) => boolean;
      /** Objects that ask for what happens anyway. */
      readonly harmless?: (spec: JsonObject) => boolean;
    };
