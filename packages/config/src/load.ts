import { hasErrors, type Issue } from '@weft/base';
import { type DecodeOptions, inspectObject } from './decode.ts';
import { isJsonObject } from './json.ts';
import type { Resource, Source } from './resource.ts';
import { resourceKey, resourceTitle } from './resource-key.ts';
import { describe } from './schema/index.ts';
import { type ParsedDocument, parseDocuments } from './yaml/parse.ts';
import { entrySource } from './yaml/source.ts';

export interface Loaded {
  /** Objects without errors, unless `keepInvalid` was asked for. Whoever applies them first looks whether `issues` has an error: then nothing is applied. */
  readonly resources: readonly Resource[];
  /** In the order of the input. */
  readonly issues: readonly Issue[];
}

export interface InputText {
  readonly file: string;
  readonly text: string;
}

/** Decodes a document; a List (`kind: List`, `VirtualServiceList`) is unfolded into its items. */
function decodeDocument(document: ParsedDocument, options: DecodeOptions = {}): Loaded {
  const { raw, source } = document;
  if (!isJsonObject(raw)) return notAnObject(raw, source);
  const { items, kind } = raw;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) {
    const { resource, issues } = inspectObject(raw, source, options);
    const kept = options.keepInvalid === true || !hasErrors(issues);
    return { resources: resource !== undefined && kept ? [resource] : [], issues };
  }
  const entries = items.map((item: unknown, i) =>
    decodeDocument({ raw: item, source: entrySource(source, i) }, options),
  );
  return {
    resources: entries.flatMap((entry) => entry.resources),
    issues: entries.flatMap((entry) => entry.issues),
  };
}

function notAnObject(raw: unknown, source: Source): Loaded {
  const message = `${describe(raw)} is not an object`;
  const position = { file: source.file, line: source.line };
  const expected = 'a mapping with apiVersion, kind, metadata and spec';
  return { resources: [], issues: [{ severity: 'error', code: 'wrong-type', at: '', message, expected, position }] };
}

/**
 * Everything in one text: parsed, decoded, validated, and checked for objects that occur twice. Nothing stops at the first
 * problem, and nothing is thrown for bad input.
 */
export function loadText(text: string, file: string, options: DecodeOptions = {}): Loaded {
  return loadTexts([{ text, file }], options);
}

/** Several texts that are applied together, such as the files of a folder. */
export function loadTexts(inputs: readonly InputText[], options: DecodeOptions = {}): Loaded {
  const resources: Resource[] = [];
  const issues: Issue[] = [];
  for (const { text, file } of inputs) {
    const parsed = parseDocuments(text, file);
    issues.push(...parsed.issues);
    for (const document of parsed.documents) {
      const loaded = decodeDocument(document, options);
      resources.push(...loaded.resources);
      issues.push(...loaded.issues);
    }
  }
  issues.push(...duplicateIssues(resources));
  return { resources, issues };
}

function duplicateIssues(resources: readonly Resource[]): Issue[] {
  const first = new Map<string, Source>();
  const issues: Issue[] = [];
  for (const resource of resources) {
    const key = resourceKey(resource);
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, resource.source);
      continue;
    }
    const { source } = resource;
    issues.push({
      severity: 'error',
      code: 'duplicate-object',
      at: 'metadata.name',
      message: `the same object is also at ${earlier.file}:${earlier.line}`,
      hint: 'keep one of them, or give it another name',
      resource: resourceTitle(resource),
      position: { file: source.file, line: source.lineOf('metadata.name') },
    });
  }
  return issues;
}
