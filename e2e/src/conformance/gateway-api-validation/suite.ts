import { formatIssue, hasErrors, type Issue } from '@weft/base';
import { decodeObject, type JsonObject, kindsNamed, loadText } from '@weft/config';
import type { CaseResult, Outcome, Suite } from '../suite.ts';

interface CelCase {
  readonly name: string;
  /** `both`, `standard` or `experimental`; followed by ` status` for an update of the status. */
  readonly channel: string;
  readonly valid: boolean;
  /** Parts of the API server's message; ours has its own words. */
  readonly wantErrors?: readonly string[];
  readonly object: JsonObject;
}

interface ExampleCase {
  readonly file: string;
  readonly valid: boolean;
  readonly yaml: string;
}

interface GatewayApiFile {
  readonly cel: readonly CelCase[];
  readonly invalidExamples: readonly ExampleCase[];
  readonly validExamples: readonly ExampleCase[];
}

function judge(valid: boolean, issues: readonly Issue[], wanted: readonly string[]): Outcome {
  if (hasErrors(issues) !== valid) return { result: 'pass' };
  const expected = valid ? 'accepted' : `rejected: ${wanted.join(', ')}`;
  return { result: 'fail', expected, actual: issues.map(formatIssue).join('\n           ') || 'accepted' };
}

function runCel({ name, channel, valid, wantErrors = [], object }: CelCase): CaseResult {
  const title = `${name} (${channel})\n${JSON.stringify(object)}`;
  if (channel.endsWith(' status')) {
    return {
      title,
      outcome: { result: 'skip', reason: 'the status is written by the control plane, nobody can update it' },
    };
  }
  const { kind } = object;
  if (kindsNamed(String(kind)).length === 0) {
    return { title, outcome: { result: 'skip', reason: `the kind ${String(kind)} is not read` } };
  }
  return { title, outcome: judge(valid, decodeObject(object).issues, wantErrors) };
}

function runExample({ file, valid, yaml }: ExampleCase): CaseResult {
  return { title: `${file}\n${yaml}`, outcome: judge(valid, loadText(yaml, file).issues, []) };
}

/** What an API server accepts and rejects by the Gateway API's CRDs. */
export const gatewayApiValidation: Suite = {
  name: 'gateway-api-validation',
  file: 'gateway_api_validation.json',
  run(file) {
    const { cel, invalidExamples, validExamples } = file as GatewayApiFile;
    return [...cel.map(runCel), ...[...invalidExamples, ...validExamples].map(runExample)];
  },
};
