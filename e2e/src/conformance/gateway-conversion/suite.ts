import { readFileSync } from 'node:fs';
import { isJsonObject, loadTexts, type Resource } from '@weft/config';
import { mergedStatus } from '@weft/control-plane';
import { buildSnapshot, type Snapshot } from '@weft/mesh';
import { parseAllDocuments } from 'yaml';
import type { CaseResult, Outcome, Suite } from '../suite.ts';
import type { ConversionCase, ConversionFile } from './case.ts';
import { DOMAIN, fixtures, namespacesOf, type Pem } from './fixtures.ts';
import { meaning, statusMeaning } from './meaning.ts';
import { skippedCase } from './skips.ts';

const CERTIFICATES = new URL('../../../../packages/proxy/src/testing/certificates/', import.meta.url);

function testCertificate(): Pem {
  const read = (name: string): string => readFileSync(new URL(name, CERTIFICATES), 'utf8');
  return { certificate: read('shop.crt'), key: read('shop.key') };
}

function load(texts: readonly string[]): readonly Resource[] {
  const files = texts.map((text, i) => ({ file: `case-${i}.yaml`, text }));
  return loadTexts(files, { strict: false, keepInvalid: true }).resources;
}

type Described = Readonly<Record<string, unknown>>;

function converted({ gatewayApi }: Snapshot): Described {
  return describe([...gatewayApi.gateways, ...gatewayApi.virtualServices]);
}

function describe(resources: readonly Resource[]): Described {
  const entries = resources.map(({ kind, metadata, spec }) => [
    `${kind} ${metadata.namespace}/${metadata.name}`,
    meaning(spec),
  ]);
  return Object.fromEntries(entries);
}

function statuses({ gatewayApi }: Snapshot): Described {
  return Object.fromEntries(
    [...gatewayApi.statuses()].map(([resource, { status }]) => {
      const { namespace } = resource.metadata;
      const before = isJsonObject(resource.status) ? resource.status : {};
      return [titleOf(resource), statusMeaning(mergedStatus(before, status, { generation: 1, namespace, now: '' }))];
    }),
  );
}

function titleOf({ kind, metadata }: Pick<Resource, 'kind' | 'metadata'>): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}

function expectedStatuses(text: string): Described {
  return Object.fromEntries(
    parseAllDocuments(text).flatMap((document) => {
      const { kind = '', metadata = {}, status } = (document.toJS() ?? {}) as ExpectedStatus;
      if (status === undefined) return [];
      return [[`${kind} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`, statusMeaning(status)]];
    }),
  );
}

interface ExpectedStatus {
  readonly kind?: string;
  readonly metadata?: { readonly namespace?: string; readonly name?: string };
  readonly status?: Parameters<typeof statusMeaning>[0];
}

/** The objects that differ, with both sides. */
function compare(expected: Described, actual: Described): Outcome {
  const titles = [...new Set([...Object.keys(expected), ...Object.keys(actual)])].sort();
  const wrong = titles.filter((title) => JSON.stringify(expected[title]) !== JSON.stringify(actual[title]));
  if (wrong.length === 0) return { result: 'pass' };
  const show = (side: Described): string =>
    wrong.map((title) => `${title}: ${title in side ? (JSON.stringify(side[title]) ?? '{}') : 'nothing'}`).join('\n');
  return { result: 'fail', expected: show(expected), actual: show(actual) };
}

function runCase(test: ConversionCase, file: ConversionFile, pem: Pem): Outcome {
  const reason = skippedCase(test);
  if (reason !== undefined) return { result: 'skip', reason };
  const namespaces = namespacesOf(load([test.input]).map(({ metadata }) => metadata.namespace));
  const given = [...fixtures(file, pem), ...namespaces].map((document) => JSON.stringify(document));
  const resources = load([test.input, given.join('\n---\n')]);
  const snapshot = buildSnapshot(resources, { domain: DOMAIN });
  const outcome = compare(describe(load([test.golden])), converted(snapshot));
  return outcome.result === 'pass' ? compare(expectedStatuses(test.status), statuses(snapshot)) : outcome;
}

/** Objects of the Gateway API → the Istio resources that they stand for, and the status of each. */
export const gatewayConversion: Suite = {
  name: 'gateway-conversion',
  file: 'gateway_conversion.json',
  run(parsed): readonly CaseResult[] {
    const file = parsed as ConversionFile;
    const pem = testCertificate();
    return file.cases.map((test) => ({ title: test.name, outcome: runCase(test, file, pem) }));
  },
};
