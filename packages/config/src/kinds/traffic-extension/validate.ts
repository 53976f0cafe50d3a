import { checkAttachment } from '../../checks/selector.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import { checkModule, checkTrafficSelectors } from '../wasm-plugin/validate.ts';
import type { TrafficExtensionSpec } from './type.ts';

const MAX_CODE_BYTES = 65536;

/** What the Istio API documents for TrafficExtension, and its webhook enforces. */
export function validateTrafficExtension(spec: TrafficExtensionSpec, _metadata: ObjectMeta, report: Report): void {
  if (spec.wasm === undefined && spec.lua === undefined) {
    report.error('spec', 'missing-field', 'exactly one of wasm and lua must be set');
  }
  checkAttachment(spec, report);
  if (spec.lua !== undefined) {
    const code = spec.lua.inlineCode ?? '';
    if (code === '') report.error('spec.lua.inlineCode', 'missing-field', 'inlineCode must not be empty');
    if (Buffer.byteLength(code) > MAX_CODE_BYTES) {
      report.error('spec.lua.inlineCode', 'too-long', 'inlineCode exceeds the maximum of 64 KiB');
    }
  }
  if (spec.wasm !== undefined) checkModule(spec.wasm, 'spec.wasm', report);
  checkTrafficSelectors(spec.match, 'spec.match', report);
}
