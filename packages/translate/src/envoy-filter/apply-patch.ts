import type { Issue } from '@weft/base';
import { PatchFailure } from './merge-any.ts';
import type { Patch } from './patch.ts';
import { failed } from './patch-set.ts';

/** Applies one patch; one that fails is reported and skipped. False when nothing changed. */
export function attempt(patch: Patch, target: string, issues: Issue[], apply: () => boolean): boolean {
  try {
    return apply();
  } catch (error) {
    if (!(error instanceof PatchFailure)) throw error;
    issues.push(failed(patch, target, error.message));
    return false;
  }
}
