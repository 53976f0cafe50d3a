import { portProblem } from '../../checks/port.ts';
import { checkAttachment } from '../../checks/selector.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import type { TrafficSelector, VmConfig, WasmPluginSpec } from './type.ts';

/** What the Istio API documents for WasmPlugin, and its webhook enforces. */
export function validateWasmPlugin(spec: WasmPluginSpec, _metadata: ObjectMeta, report: Report): void {
  checkAttachment(spec, report);
  checkModule(spec, 'spec', report);
  checkTrafficSelectors(spec.match, 'spec.match', report);
}

/** The part of a plugin that names the module; a TrafficExtension has the same. */
interface Module {
  readonly url?: string;
  readonly sha256?: string;
  readonly imagePullSecret?: string;
  readonly pluginName?: string;
  readonly vmConfig?: VmConfig;
}

const MAX_SECRET = 253;
const MAX_NAME = 256;

export function checkModule(module: Module, at: string, report: Report): void {
  checkModuleUrl(module.url ?? '', `${at}.url`, report);
  if ((module.sha256 ?? '') !== '' && !/^[a-f0-9]{64}$/.test(module.sha256 ?? '')) {
    report.error(`${at}.sha256`, 'bad-format', 'sha256 must be 64 characters of a-f and 0-9');
  }
  if ((module.imagePullSecret ?? '').length > MAX_SECRET) {
    report.error(`${at}.imagePullSecret`, 'too-long', `imagePullSecret can have at most ${MAX_SECRET} characters`);
  }
  if ((module.pluginName ?? '').length > MAX_NAME) {
    report.error(`${at}.pluginName`, 'too-long', `pluginName can have at most ${MAX_NAME} characters`);
  }
  checkEnv(module.vmConfig, `${at}.vmConfig.env`, report);
}

const SCHEMES = new Set(['file:', 'http:', 'https:', 'oci:']);

/** Without a scheme the URL is an OCI reference such as `registry.example.com/filter:1`. */
function checkModuleUrl(url: string, at: string, report: Report): void {
  if (url === '') {
    report.error(at, 'missing-field', 'url must be set');
    return;
  }
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  const bare = scheme === undefined;
  const valid = bare
    ? url.startsWith('/') || URL.canParse(`http://${url}`)
    : URL.canParse(url) && SCHEMES.has(`${scheme}:`);
  if (!valid || /[\s\u007f]/.test(url)) {
    report.error(at, 'invalid-url', `${JSON.stringify(url)} is not a URL that modules can be fetched from`, {
      expected: 'oci://, http://, https:// or file://',
    });
  }
}

function checkEnv(vm: VmConfig | undefined, at: string, report: Report): void {
  const names = new Set<string>();
  for (const [i, { name = '', value = '', valueFrom = 'INLINE' }] of (vm?.env ?? []).entries()) {
    const path = `${at}[${i}]`;
    if (name === '') report.error(`${path}.name`, 'missing-field', 'a variable must have a name');
    else if (name.length > MAX_NAME)
      report.error(`${path}.name`, 'too-long', `a name can have at most ${MAX_NAME} characters`);
    else if (names.has(name)) report.error(`${path}.name`, 'duplicate', `duplicate variable ${JSON.stringify(name)}`);
    names.add(name);
    if (valueFrom !== 'INLINE' && value !== '') {
      report.error(`${path}.value`, 'conflicting-fields', 'value can only be set when valueFrom is INLINE');
    }
  }
}

export function checkTrafficSelectors(
  selectors: readonly TrafficSelector[] | undefined,
  at: string,
  report: Report,
): void {
  for (const [i, selector] of (selectors ?? []).entries()) {
    for (const [j, port] of (selector.ports ?? []).entries()) {
      const problem = portProblem(port.number ?? 0);
      if (problem !== undefined) report.error(`${at}[${i}].ports[${j}].number`, 'invalid-port', problem);
    }
  }
}
