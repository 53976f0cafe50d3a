import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Issues } from '../decode/issues.ts';
import { checkSubstitution, compileRegex, parseRegex, type Regex } from './regex.ts';

function compile(source: string): Regex {
  const decoded = parseRegex(source);
  assert.ok(decoded.ok, `${source}: ${JSON.stringify(decoded.issues)}`);
  return decoded.value;
}

// RE2, "Syntax": what users of Envoy's safe_regex may write, matched against the whole text.
const FULL: readonly (readonly [pattern: string, text: string, matches: boolean])[] = [
  ['a|ab', 'ab', true],
  ['(a|ab)(c|bcd)', 'abcd', true],
  ['', '', true],
  ['', 'a', false],
  ['.*', 'a\nb', false],
  ['(?s).*', 'a\nb', true],
  ['(?i)orders', 'OrDeRs', true],
  ['(?i:a)b', 'Ab', true],
  ['(?i:a)b', 'AB', false],
  ['^/a$', '/a', true],
  ['\\A/a\\z', '/a', true],
  ['/\\d{2,3}', '/1234', false],
  ['/[[:alpha:]]+', '/abc', true],
  ['/[^/]+/x', '/a/b/x', false],
  ['\\pL+', 'żółw', true],
  ['\\p{Greek}', 'λ', true],
  ['(?P<id>\\d+)-(?<v>[a-z])', '12-a', true],
  ['\\Q/a.b\\E', '/a.b', true],
  ['\\Q/a.b\\E', '/axb', false],
  ['a{0}b', 'b', true],
  ['a*?b', 'aab', true],
  ['\\bfoo\\b', 'foo', true],
  ['.', '😀', true],
];

test('RE2 syntax, matched in full', () => {
  for (const [pattern, text, matches] of FULL)
    assert.equal(compile(pattern).full(text), matches, `${pattern} on ${JSON.stringify(text)}`);
});

test('what RE2 does not have is refused: look-around, back-references, possessive and atomic groups, huge counts', () => {
  for (const pattern of [
    '(?=a)',
    '(?!a)',
    '(?<=a)b',
    '(?<!a)b',
    '(a)\\1',
    'a++',
    '(?>a)',
    'a{1001}',
    '(',
    '[a',
    '*a',
    'a\\',
    '[z-a]',
    '(?P<n>a)(?P<n>b)',
    '\\p{NoSuch}',
  ]) {
    const decoded = parseRegex(pattern);
    assert.equal(decoded.ok, false, pattern);
    assert.equal(decoded.issues[0]?.code, 'invalid-regex');
  }
});

test('a pattern that was refused matches nothing', () => {
  const issues = new Issues('');
  const regex = compileRegex('(', 'match', issues);
  assert.deepEqual(
    ['', '(', 'a', '\n'].map((text) => regex.full(text)),
    [false, false, false, false],
  );
  assert.equal(issues.list.length, 1);
});

test('patterns that stall a backtracking engine take linear work', () => {
  // 2^30 steps and more in an engine that backtracks: this test would not end.
  const text = `${'a'.repeat(5000)}!`;
  for (const pattern of ['(a+)+', '(a|aa)+', '(.*)*b', '(a?){40}a{40}', '([a-z]+)*$'])
    assert.equal(compile(pattern).full(text), false, pattern);
});

test('substitution replaces every match; \\0 is the match, \\\\ a backslash (RE2::GlobalReplace)', () => {
  const rows = [
    ['one', '/one/two/one', 'two', '/two/two/two'],
    ['^/service/([^/]+)(/.*)$', '/service/foo/v1/api', '\\2/instance/\\1', '/v1/api/instance/foo'],
    ['(?i)/xxx/', '/aaa/XxX/bbb', '/yyy/', '/aaa/yyy/bbb'],
    ['b+', 'abbb', '[\\0]', 'a[bbb]'],
    ['/', 'a/b', '\\\\', 'a\\b'],
    ['(x)?b', 'ab', '<\\1>', 'a<>'],
    ['x*', 'abc', '-', '-a-b-c-'],
    ['a', 'b', 'c', 'b'],
    ['a', 'a$1', '$&', '$&$1'],
  ] as const;
  for (const [pattern, text, substitution, want] of rows)
    assert.equal(compile(pattern).replaceAll(text, substitution), want, `${pattern} in ${text}`);
});

test('captures of a full match', () => {
  assert.deepEqual(compile('/(a)?/(\\w+)').captures('//b'), ['//b', undefined, 'b']);
  assert.equal(compile('/(a)').captures('/ab'), undefined);
});

test('a substitution that refers to a group which is not there', () => {
  const check = (substitution: string): readonly string[] => {
    const issues = new Issues('');
    checkSubstitution(compile('(a)(b)'), substitution, 's', issues);
    return issues.list.map((issue) => issue.message);
  };
  assert.deepEqual(check('\\0\\1\\2\\\\'), []);
  assert.deepEqual(check('\\3'), ['`\\3` has no group']);
  assert.deepEqual(check('\\x'), ['`\\x` is no escape of a substitution']);
  assert.deepEqual(check('end\\'), ['`\\` is no escape of a substitution']);
});
