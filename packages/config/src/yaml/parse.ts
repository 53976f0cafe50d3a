import type { Issue } from '@weft/base';
import { type Document, LineCounter, parseAllDocuments } from 'yaml';
import type { Source } from '../resource.ts';
import { documentSource } from './source.ts';

/** Larger inputs are refused before they are parsed; configuration is written by people. */
export const MAX_TEXT_BYTES: number = 32 * 1024 * 1024;

/** References to anchors in one document. More is an attempt to blow it up, not configuration. */
const MAX_ALIASES = 100;

/** One YAML document (JSON is YAML), not decoded yet. */
export interface ParsedDocument {
  readonly raw: unknown;
  readonly source: Source;
}

export interface ParsedText {
  readonly documents: readonly ParsedDocument[];
  readonly issues: readonly Issue[];
}

/**
 * Splits a text into documents and reads each as JSON values. Syntax errors, repeated keys and anchors that expand too far are
 * reported with line and column; a document with one is left out, the others are there.
 */
export function parseDocuments(text: string, file: string): ParsedText {
  if (Buffer.byteLength(text) > MAX_TEXT_BYTES) {
    const message = `the input is larger than ${MAX_TEXT_BYTES / 1024 / 1024} MiB`;
    return {
      documents: [],
      issues: [{ severity: 'error', code: 'too-large', at: '', message, position: { file, line: 1 } }],
    };
  }
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, merge: true, logLevel: 'error' });
  const documents: ParsedDocument[] = [];
  const issues: Issue[] = [];
  // An input without any document comes back as an empty array that carries the parser's state.
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const found = syntaxIssues(document, file, lines);
    if (found.length > 0) issues.push(...found);
    else readDocument(document, file, lines, documents, issues);
  }
  return { documents, issues };
}

function readDocument(
  document: Document.Parsed,
  file: string,
  lines: LineCounter,
  documents: ParsedDocument[],
  issues: Issue[],
): void {
  const source = documentSource(document, file, lines);
  try {
    const raw: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    if (raw !== null && raw !== undefined) documents.push({ raw, source });
  } catch (error) {
    // The library refuses alias bombs and dangling aliases only here, by throwing.
    const message = error instanceof Error ? error.message : String(error);
    issues.push({ severity: 'error', code: 'bad-alias', at: '', message, position: { file, line: source.line } });
  }
}

const HINTS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'keep one of them',
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'entries of one mapping start in the same column',
};

function syntaxIssues(document: Document.Parsed, file: string, lines: LineCounter): Issue[] {
  return document.errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    const hint = HINTS[error.code];
    return {
      severity: 'error',
      code: error.code === 'DUPLICATE_KEY' ? 'duplicate-key' : 'yaml-syntax',
      at: '',
      message: error.message,
      position: { file, line, column: col },
      ...(hint === undefined ? {} : { hint }),
    };
  });
}
