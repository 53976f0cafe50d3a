/**
 * Checks the arrows between packages.   in: every source file and package.json   out: one line a violation, with the reason
 * `node tools/check-imports.ts`; also a test of `npm test`.
 */
import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { ALLOWED, AMBIENT, AMBIENT_FILES, FORBIDDEN_MODULES, STRANGERS, WHY } from './import-rules.ts';

export interface SourceFile {
  /** From the root, with slashes: `packages/proxy/src/main.ts`. */
  readonly path: string;
  readonly text: string;
}

/** What of a package.json the check reads. */
export interface Manifest {
  readonly dependencies: readonly string[];
  /** Keys of `exports`; `.` alone when it is a string. */
  readonly exports: readonly string[];
}

export interface Violation {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly message: string;
}

interface Import {
  readonly specifier: string;
  readonly line: number;
}

const IMPORT = /^[ \t]*(?:import|export)\b(?:[^'";]*?\bfrom\s*)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** Comments become spaces, so that what they mention is not code; offsets and lines stay. */
function blankComments(text: string): string {
  return text.replace(/^[ \t]*\/\*[\s\S]*?\*\/|(?:^|\s)\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, ' '));
}

function importsOf(code: string): readonly Import[] {
  return [...code.matchAll(IMPORT)].map((match) => ({
    specifier: match[1] ?? match[2] ?? '',
    line: lineAt(code, match.index + match[0].search(/\S/)),
  }));
}

/** `@scope/name/path` → `@scope/name`, `name/path` → `name`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

const BUILTIN = new Set(builtinModules);

/** Whether `exports` opens this path of the package; a `*` stands for anything. */
function isExported(manifest: Manifest, subpath: string): boolean {
  return manifest.exports.some((key) => {
    const [before, after] = key.split('*');
    if (before === undefined || after === undefined) return key === subpath;
    return subpath.startsWith(before) && subpath.endsWith(after) && subpath.length > key.length - 1;
  });
}

/** The package folder a file belongs to: `packages/proxy`, `e2e`, `bench`, `tools`. */
function ownerOf(path: string): string {
  const parts = path.split('/');
  return parts[0] === 'packages' ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}

/** All violations of the given files. `manifests` is by package folder. */
export function checkImports(
  files: readonly SourceFile[],
  manifests: ReadonlyMap<string, Manifest>,
): readonly Violation[] {
  return files.flatMap((file) => {
    const code = blankComments(file.text);
    return [...importViolations(file, code, manifests), ...textViolations(file, code)];
  });
}

function importViolations(
  file: SourceFile,
  code: string,
  manifests: ReadonlyMap<string, Manifest>,
): readonly Violation[] {
  const owner = ownerOf(file.path);
  const found: Violation[] = [];
  for (const { specifier, line } of importsOf(code)) {
    const message = specifier.startsWith('.')
      ? relativeProblem(file.path, owner, specifier)
      : moduleProblem(file.path, owner, specifier, manifests);
    if (message !== undefined) found.push({ path: file.path, line, message });
  }
  return found;
}

function relativeProblem(path: string, owner: string, specifier: string): string | undefined {
  const target = posix.normalize(posix.join(posix.dirname(path), specifier));
  // Tools are part of the root: they read any package's own tables, and what runs whole processes (e2e, bench) finds peers with them.
  const throughRoot = owner === 'tools' || (ownerOf(target) === 'tools' && !owner.startsWith('packages/'));
  if (!throughRoot && ownerOf(target) !== owner) {
    return `${specifier} leaves the package: import the other package by its name, through its one door`;
  }
  for (const { folder, why } of STRANGERS) {
    const [from, to] = [path, target].map((p) =>
      p.startsWith(`${folder}/`) ? p.slice(folder.length + 1).split('/') : undefined,
    );
    if (from?.length && to?.length && from.length > 1 && to.length > 1 && from[0] !== to[0]) {
      return `${from[0]} imports ${to[0]}: ${why}`;
    }
  }
  return undefined;
}

function moduleProblem(
  path: string,
  owner: string,
  specifier: string,
  manifests: ReadonlyMap<string, Manifest>,
): string | undefined {
  const name = owner.replace(/^packages\//, '');
  const forbidden = FORBIDDEN_MODULES.find((rule) => rule.from === name && rule.module.test(specifier));
  if (forbidden !== undefined && !isTest(path)) return `${specifier} in ${name}: ${forbidden.why}`;
  if (specifier.startsWith('node:')) return undefined;
  if (BUILTIN.has(specifier)) return `write node:${specifier}`;
  const dependency = packageOf(specifier);
  if (owner === 'tools') return undefined;
  const manifest = manifests.get(owner);
  if (manifest?.dependencies.includes(dependency) !== true) {
    return `${dependency} is not among the dependencies of ${owner}/package.json; it works here only because npm hoists it`;
  }
  return dependency.startsWith('@weft/') ? workspaceProblem(owner, name, specifier, dependency, manifests) : undefined;
}

function workspaceProblem(
  owner: string,
  name: string,
  specifier: string,
  dependency: string,
  manifests: ReadonlyMap<string, Manifest>,
): string | undefined {
  const target = dependency.slice('@weft/'.length);
  if (owner.startsWith('packages/')) {
    const allowed = ALLOWED[name];
    if (allowed === undefined) return `packages/${name} has no row in tools/import-rules.ts: say what it may import`;
    if (!allowed.includes(target)) return `${name} must not import ${target}: ${WHY[name] ?? 'no such arrow'}`;
  }
  const door = manifests.get(`packages/${target}`);
  const subpath = `.${specifier.slice(dependency.length)}`;
  return door === undefined || isExported(door, subpath)
    ? undefined
    : `${specifier} is behind the door of ${dependency}: add it to its exports or do without`;
}

function isTest(path: string): boolean {
  return path.endsWith('.test.ts');
}

/** Files that may read the clock and the environment: base wraps them, main.ts hands them on, tests and tools are nobody's input. */
function mayUseAmbient(path: string): boolean {
  return (
    !/^packages\/[^/]+\/src\//.test(path) ||
    path.startsWith('packages/base/') ||
    isTest(path) ||
    path.endsWith('/main.ts') ||
    AMBIENT_FILES[path] !== undefined
  );
}

function textViolations(file: SourceFile, code: string): readonly Violation[] {
  const found: Violation[] = [];
  const lines = code.split('\n');
  for (const [i, text] of lines.entries()) {
    const report = (message: string): void => void found.push({ path: file.path, line: i + 1, message });
    if (/^\s*export\s+(?:type\s+)?\*/.test(text)) report('export *: name what leaves, so that the door stays a list');
    if (mayUseAmbient(file.path)) continue;
    for (const { code: pattern, name, why } of AMBIENT) {
      if (pattern.test(text)) report(`${name}: ${why}`);
    }
  }
  return found;
}

interface PackageJson {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly exports?: string | Readonly<Record<string, unknown>>;
}

function readManifest(path: string): Manifest {
  const json: PackageJson = JSON.parse(readFileSync(path, 'utf8'));
  const { exports = '.' } = json;
  return {
    dependencies: Object.keys({ ...json.dependencies, ...json.devDependencies }),
    exports: typeof exports === 'string' ? ['.'] : Object.keys(exports),
  };
}

/** Checks the working tree below `root`. */
export function checkRepository(root: string): readonly Violation[] {
  const manifests = new Map(
    globSync(['packages/*/package.json', 'e2e/package.json', 'bench/package.json'], { cwd: root }).map((path) => [
      dirname(path),
      readManifest(join(root, path)),
    ]),
  );
  const files = globSync(
    ['packages/*/src/**/*.ts', 'packages/*/*.ts', 'e2e/src/**/*.ts', 'bench/src/**/*.ts', 'tools/*.ts'],
    {
      cwd: root,
    },
  ).map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
  return checkImports(files, manifests);
}

export function formatViolation({ path, line, message }: Violation): string {
  return `${path}:${line}: ${message}`;
}

if (import.meta.main) {
  const violations = checkRepository(join(import.meta.dirname, '..'));
  for (const violation of violations) console.error(formatViolation(violation));
  if (violations.length > 0) process.exit(1);
}
