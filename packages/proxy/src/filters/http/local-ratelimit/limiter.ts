import type { Descriptor } from '@weft/engine';
import type { SharedInstant } from '../../../workers/shared-instant.ts';
import { type BucketSpec, TokenBucket } from './token-bucket.ts';

export interface DescriptorLimit {
  readonly entries: Descriptor;
  readonly bucket: BucketSpec;
}

/** What is limited: everything by one bucket, and requests with certain descriptors by buckets of their own. */
export interface Limits {
  /** Undefined on a listener that leaves limits to its routes. */
  readonly bucket: BucketSpec | undefined;
  readonly descriptors: readonly DescriptorLimit[];
  /** The default bucket pays for requests that a descriptor's bucket paid for, too. */
  readonly alwaysTakeDefault: boolean;
}

export interface Decision {
  readonly allowed: boolean;
  /** The bucket that decided, for `x-ratelimit-*`. */
  readonly bucket: TokenBucket | undefined;
}

function keyOf(descriptor: Descriptor): string {
  return JSON.stringify(descriptor);
}

/** Finds what a bucket shares with the same bucket of other threads; undefined when there are none. */
export type ShareBucket = (key: string) => SharedInstant | undefined;

const UNSHARED: ShareBucket = () => undefined;

/** The buckets of one configuration. */
export class Limiter {
  readonly #limits: Limits;
  readonly #default: TokenBucket | undefined;
  readonly #byDescriptor: ReadonlyMap<string, TokenBucket>;

  constructor(limits: Limits, nowMs: number, share: ShareBucket = UNSHARED) {
    this.#limits = limits;
    this.#default =
      limits.bucket === undefined
        ? undefined
        : new TokenBucket(limits.bucket, nowMs, share(JSON.stringify(limits.bucket)));
    this.#byDescriptor = new Map(
      limits.descriptors.map(({ entries, bucket }) => [
        keyOf(entries),
        new TokenBucket(bucket, nowMs, share(`${keyOf(entries)} ${JSON.stringify(bucket)}`)),
      ]),
    );
  }

  /** Takes tokens for a request with these descriptors: the slowest bucket first, and none after the first that is empty. */
  decide(descriptors: readonly Descriptor[], nowMs: number): Decision {
    const matched = descriptors.flatMap((descriptor) => this.#byDescriptor.get(keyOf(descriptor)) ?? []);
    matched.sort((a, b) => a.fillRate - b.fillRate);
    for (const bucket of matched) if (!bucket.take(nowMs)) return { allowed: false, bucket };
    const own = this.#default;
    if (own !== undefined && (matched.length === 0 || this.#limits.alwaysTakeDefault) && !own.take(nowMs))
      return { allowed: false, bucket: own };
    return { allowed: true, bucket: matched[0] ?? own };
  }
}
