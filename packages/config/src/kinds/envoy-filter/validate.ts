import { portProblem } from '../../checks/port.ts';
import { checkRegex } from '../../checks/regex.ts';
import { checkSelectorLabels, checkTargetRefs } from '../../checks/selector.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import { checkMatchFits } from './match.ts';
import type { EnvoyConfigPatch, EnvoyFilterSpec } from './type.ts';

const MAX_VERSION_PATTERN = 1024;

/** What the Istio API documents for EnvoyFilter, and its webhook enforces. */
export function validateEnvoyFilter(spec: EnvoyFilterSpec, _metadata: ObjectMeta, report: Report): void {
  report.warning(
    'spec',
    'internal-api',
    'EnvoyFilter exposes internals that may change at any time; prefer other kinds if possible',
  );
  if (spec.workloadSelector !== undefined) {
    checkSelectorLabels(spec.workloadSelector.labels, 'spec.workloadSelector.labels', report);
    if (spec.targetRefs !== undefined) {
      report.error('spec', 'conflicting-fields', 'only one of targetRefs and workloadSelector can be set');
    }
  }
  checkTargetRefs(spec.targetRefs, report);
  for (const [i, patch] of (spec.configPatches ?? []).entries()) checkPatch(patch, `spec.configPatches[${i}]`, report);
}

function checkPatch(config: EnvoyConfigPatch, at: string, report: Report): void {
  const { match, patch, applyTo } = config;
  const waypoint = match?.context === 'WAYPOINT';
  if (waypoint !== (match?.waypoint !== undefined)) {
    report.error(
      `${at}.match`,
      'conflicting-fields',
      'a waypoint match goes with context WAYPOINT, and that context needs one',
    );
  }
  if (match?.waypoint?.portNumber !== undefined) {
    const problem = portProblem(match.waypoint.portNumber);
    if (problem !== undefined) report.error(`${at}.match.waypoint.portNumber`, 'invalid-port', problem);
  }
  if (waypoint) return;
  if (applyTo === undefined || applyTo === 'INVALID') {
    report.error(`${at}.applyTo`, 'missing-field', 'applyTo is missing');
  }
  if (patch?.operation === undefined || patch.operation === 'INVALID') {
    report.error(`${at}.patch.operation`, 'missing-field', 'the patch has no operation');
  } else if (patch.operation !== 'REMOVE' && patch.value === undefined) {
    report.error(`${at}.patch.value`, 'missing-field', `a patch with operation ${patch.operation} needs a value`);
  }
  const version = match?.proxy?.proxyVersion ?? '';
  const path = `${at}.match.proxy.proxyVersion`;
  if (version.length > MAX_VERSION_PATTERN) {
    report.warning(path, 'too-long', `a pattern of more than ${MAX_VERSION_PATTERN} characters is ignored`);
  } else if (version !== '') checkRegex(version, path, report);
  checkMatchFits(config, at, report);
}
