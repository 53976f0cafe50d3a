import { hasErrors } from '@weft/base';
import type { ControlPlane } from '@weft/control-plane';
import { ConfigFailure } from '../command/config-failure.ts';

/** Refuses to start on files with errors: later, broken edits leave what ran before in force, but at the start nothing did. */
export function requireUsableFiles(controlPlane: ControlPlane): void {
  const issues = controlPlane.fileIssues();
  if (hasErrors(issues)) throw new ConfigFailure(issues);
}
