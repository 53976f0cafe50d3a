import { isJsonObject, type JsonObject, parseDocuments } from '@weft/config';
import type { MeshRequest } from '@weft/testing';
import { Failure } from '../command/failure.ts';
import { callerOf } from './explain-options.ts';

const FIELDS = ['from', 'url', 'method', 'headers'];

/**
 * `--requests`: a YAML list, or a list below `requests`, of `{ from, url, method, headers }`; `from` as for `--from`, a header's value text or a
 * list of texts. @throws Failure (usage) naming the entry and its line
 */
export function parseRequests(text: string, file: string): readonly MeshRequest[] {
  const { documents, issues } = parseDocuments(text, file);
  const [issue] = issues;
  if (issue !== undefined) throw new Failure('usage', `${file}:${issue.position?.line ?? 1}: ${issue.message}`);
  return documents.flatMap(({ raw, source }) => {
    const [list, above] = isJsonObject(raw) ? [raw['requests'], 'requests'] : [raw, ''];
    const bad = (at: string, message: string): Failure =>
      new Failure('usage', `${file}:${source.lineOf(at)}: ${at === '' ? '' : `${at}: `}${message}`);
    if (!Array.isArray(list))
      throw bad(above, 'is not a list of requests, such as - { from: web, url: http://orders/ }');
    return list.map((entry: unknown, i) => {
      const at = `${above}[${i}]`;
      if (!isJsonObject(entry)) throw bad(at, 'is not a request, such as { from: web, url: http://orders:8080/ }');
      return requestAt(entry, at, bad);
    });
  });
}

function requestAt(entry: JsonObject, at: string, bad: (at: string, message: string) => Failure): MeshRequest {
  const unknown = Object.keys(entry).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) throw bad(`${at}.${unknown}`, `unknown field (known: ${FIELDS.join(', ')})`);
  const { from = 'gateway', url, method, headers = {} } = entry;
  if (typeof url !== 'string') throw bad(`${at}.url`, 'is not text, such as http://orders:8080/');
  if (typeof from !== 'string') throw bad(`${at}.from`, 'is not text, such as gateway or a workload');
  if (method !== undefined && typeof method !== 'string') throw bad(`${at}.method`, 'is not text, such as GET');
  if (!isJsonObject(headers)) throw bad(`${at}.headers`, 'is not a mapping of header names to values');
  const texts = Object.entries(headers).map(([name, value]): [string, string | readonly string[]] => {
    if (Array.isArray(value)) return [name, value.map(String)];
    if (value === null || typeof value === 'object') throw bad(`${at}.headers.${name}`, 'is neither text nor a list');
    return [name, String(value)];
  });
  return { from: callerOf(from), url, headers: Object.fromEntries(texts), ...(method !== undefined && { method }) };
}
