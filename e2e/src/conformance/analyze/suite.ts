import { ANALYZERS, type Analyzer, analyze, defaultGateway, parseMeshNetworks } from '@weft/analyze';
import { formatIssue, type Issue } from '@weft/base';
import { decodeMeshConfig, loadTexts, type MeshConfig } from '@weft/config';
import type { CaseResult, Suite } from '../suite.ts';

interface Message {
  readonly code: string;
  /** `Kind name`, or `Kind namespace/name` where the file gives a namespace. */
  readonly resource: string;
}

interface AnalyzeCase {
  readonly name: string;
  /** Istio's name of the analyzer; ours have the same. */
  readonly analyzer: string;
  readonly codesInScope: readonly string[];
  readonly inputFiles: readonly string[];
  readonly meshConfigFile?: string;
  readonly meshNetworksFile?: string;
  readonly expected: readonly Message[];
}

interface AnalyzeFile {
  readonly cases: readonly AnalyzeCase[];
  /** Texts by the names that cases use. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** The analyzer of that name; one that was composed for the case under another name is known by what it can say. */
function analyzersFor({ analyzer, codesInScope }: AnalyzeCase): readonly Analyzer[] {
  const named = ANALYZERS.filter(({ name }) => name === analyzer);
  if (named.length > 0) return named;
  return ANALYZERS.filter(({ codes }) => codes.every((code) => codesInScope.includes(code)));
}

function meshConfigOf(text: string): MeshConfig {
  const decoded = decodeMeshConfig(text);
  if (!decoded.ok) throw new Error(`mesh configuration: ${decoded.issues.map(formatIssue).join(', ')}`);
  return decoded.value;
}

function messagesOf(test: AnalyzeCase, inputs: AnalyzeFile['inputs']): readonly Issue[] {
  const texts = test.inputFiles.map((file) => ({ file, text: inputs[file] ?? '' }));
  // A namespace that a file leaves out stays out, and broken objects are looked at too: files contain what a test needs, no more.
  const { resources, issues } = loadTexts(texts, { defaultNamespace: '', strict: false, keepInvalid: true });
  const { meshConfigFile: mesh, meshNetworksFile: networks } = test;
  const input = {
    resources: [...defaultGateway(), ...resources],
    issues,
    meshConfig: mesh === undefined ? undefined : meshConfigOf(inputs[mesh] ?? ''),
    meshNetworks: networks === undefined ? undefined : parseMeshNetworks(inputs[networks] ?? '', networks),
    nowMs: Date.now(),
  };
  return analyze(input, analyzersFor(test)).filter(({ code }) => test.codesInScope.includes(code));
}

function list(messages: readonly { readonly code: string; readonly resource?: string }[]): string {
  return messages
    .map(({ code, resource }) => `${code} ${resource}`)
    .sort()
    .join(', ');
}

function runCase(test: AnalyzeCase, inputs: AnalyzeFile['inputs']): CaseResult {
  const title = `${test.name} (${test.analyzer})`;
  const expected = list(test.expected);
  const actual = list(messagesOf(test, inputs));
  return { title, outcome: expected === actual ? { result: 'pass' } : { result: 'fail', expected, actual } };
}

/** Objects to messages of analysis. */
export const analyzeSuite: Suite = {
  name: 'analyze',
  file: 'analyze.json',
  run(file) {
    const { cases, inputs } = file as AnalyzeFile;
    return cases.map((test) => runCase(test, inputs));
  },
};
