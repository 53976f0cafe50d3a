import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileCel } from './compile.ts';
import { celOf } from './value.ts';

const NAMES = { request: ['path', 'headers', 'size', 'missing'], response: ['code'], metadata: undefined };
const ROOT = celOf({
  request: { path: '/api/v1', headers: { 'x-id': 'a1', n: '7' }, size: 1200 },
  response: { code: 404 },
  metadata: { filter: { list: [1, 'two'], deep: { on: true } } },
});

function holds(source: string): boolean {
  const compiled = compileCel(source, NAMES);
  assert.ok(typeof compiled === 'function', `${source}: ${JSON.stringify(compiled)}`);
  assert.ok(typeof ROOT === 'object' && ROOT !== null && 'kind' in ROOT && ROOT.kind === 'map');
  return compiled(ROOT);
}

test('what holds', () => {
  for (const source of [
    'response.code >= 400',
    'response.code >= 400 && request.path.startsWith("/api")',
    '!(response.code == 200) || false',
    "request.headers['x-id'] == 'a1' && 'x-id' in request.headers && !('y' in request.headers)",
    'request.path.matches("^/api/v[0-9]+$") && request.path.contains("v1") && request.path.endsWith("1")',
    'request.path.matches("(?i)API")',
    'has(request.headers.n) && !has(request.headers.none)',
    'int(request.headers["n"]) + 1 == 8 && 7 - 2 * 3 == 1 && 7 % 4 == 3 && -1 < 0',
    'response.code in [403, 404]',
    'metadata.filter.deep.on && size(metadata.filter.list) == 2 && metadata.filter.list[1] == "two"',
    'response.code == 404 ? true : false',
    'duration("1m30s") > duration("89s") && timestamp("2030-01-01T00:00:00Z") > timestamp("2029-01-01T00:00:00Z")',
    'request.missing == "x" || response.code == 404',
    'size("äb") == 2 && string(7) == "7" && r"\\d" == "\\\\d" && "a\\tb" != "a b"',
    'request.size > 1e3 && 0x10 == 16u // a comment',
  ])
    assert.ok(holds(source), source);
});

test('what does not hold, or has no value', () => {
  for (const source of [
    'response.code < 400',
    'request.missing == "x"',
    'request.missing == "x" && true',
    'response.code',
    'response.code > "4"',
    'request.path + 1 == "x"',
    '1 / 0 == 1',
    'metadata.other.key == 1',
  ])
    assert.ok(!holds(source), source);
});

test('what is wrong is said, with its place', () => {
  for (const [source, problem] of [
    ['', /found `the end` instead of a value \(at offset 0\)/],
    ['response.cod == 1', /response has no cod; it has code \(at offset 8\)/],
    ['requst.path == ""', /requst is no attribute; there are request, response, metadata/],
    ['response.code == 4 04', /found `04` instead of an operator/],
    ['request.path.trim() == ""', /there is no function trim/],
    ['request.path.matches("(")', /\(at offset/],
    ['request.path.matches(request.path)', /pattern as a text in quotes/],
    ['has(request)', /has takes a field/],
    ['contains("a")', /contains takes 2 values, not 1/],
    ['response.code == @', /`@` is no part of an expression/],
    ['"open', /`"` is no part/],
    [`${'('.repeat(5000)}1`, /nested too deeply/],
    [`${'!'.repeat(5000)}true`, /nested too deeply/],
  ] as const) {
    const compiled = compileCel(source, NAMES);
    assert.ok(typeof compiled !== 'function', source);
    assert.match(compiled.problem, problem, source);
  }
});
