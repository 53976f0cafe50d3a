/** The policy in force for a route: each field from the most specific level that sets it (Envoy, cors filter). */
import type { Random } from '@weft/base';
import { type Fraction, matchesString } from '@weft/engine';
import type { CorsConfig } from './config.ts';

/** A policy whose gaps are filled. */
export interface CorsRules extends CorsConfig {
  readonly allowCredentials: boolean;
  readonly allowPrivateNetwork: boolean;
  readonly forwardUnmatched: boolean;
}

const MERGED = new WeakMap<readonly unknown[], CorsRules>();

/** @hot Levels are compiled with the route table, most specific first, so that they are merged once for a table. */
export function corsRules(levels: readonly unknown[] | undefined): CorsRules | undefined {
  if (levels === undefined || levels.length === 0) return undefined;
  let rules = MERGED.get(levels);
  if (rules === undefined) {
    rules = merge(levels as readonly CorsConfig[]);
    MERGED.set(levels, rules);
  }
  return rules;
}

function merge(levels: readonly CorsConfig[]): CorsRules {
  const text = (read: (level: CorsConfig) => string): string => levels.map(read).find((value) => value !== '') ?? '';
  const flag = (read: (level: CorsConfig) => boolean | undefined, or: boolean): boolean =>
    levels.map(read).find((value) => value !== undefined) ?? or;
  return {
    // Whether the policy applies at all is the most specific level's alone to say.
    enabled: levels[0]!.enabled,
    shadow: levels[0]!.shadow,
    origins: levels.find(({ origins }) => origins.length > 0)?.origins ?? [],
    allowMethods: text((level) => level.allowMethods),
    allowHeaders: text((level) => level.allowHeaders),
    exposeHeaders: text((level) => level.exposeHeaders),
    maxAge: text((level) => level.maxAge),
    allowCredentials: flag((level) => level.allowCredentials, false),
    allowPrivateNetwork: flag((level) => level.allowPrivateNetwork, false),
    forwardUnmatched: flag((level) => level.forwardUnmatched, true),
  };
}

function draws({ numerator, denominator }: Fraction, random: Random): boolean {
  return numerator > 0 && (numerator >= denominator || random.below(denominator) < numerator);
}

/** Whether a request is judged, judged for the record only, or not at all. */
export function modeOf({ enabled, shadow }: CorsRules, random: Random): 'on' | 'shadow' | 'off' {
  if (draws(enabled, random)) return 'on';
  return draws(shadow, random) ? 'shadow' : 'off';
}

/** A list with a matcher of `*` allows every origin. */
export function allowsOrigin({ origins }: CorsRules, origin: string): boolean {
  return origins.some((match) => matchesString(match, '*') || matchesString(match, origin));
}
