/**
 * Generates packages/xds/gen from Envoy's own `.proto` files.
 *
 * in: the files named in packages/xds/{protos,foreign-protos}.ts and everything they import, as shipped below `deps/` of @grpc/grpc-js-xds.
 * out: packages/xds/gen/**_pb.js with types beside them. Runs from the root `prepare` script; the output is not committed.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FOREIGN_PROTO_FILES } from '../packages/xds/foreign-protos.ts';
import { EXCLUDED_OPTIONS, PROTO_FILES } from '../packages/xds/protos.ts';

const root = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const deps = join(dirname(require.resolve('@grpc/grpc-js-xds/package.json')), 'deps');
const SOURCES = [
  ...['envoy-api', 'xds', 'googleapis', 'protoc-gen-validate'].map((dir) => join(deps, dir)),
  join(root, 'packages/xds/proto'),
];
const OUT = join(root, 'packages/xds/gen');

/** The path that holds `proto`, or undefined for what buf brings itself (google/protobuf). */
function find(proto: string): string | undefined {
  return SOURCES.map((dir) => join(dir, proto)).find((path) => existsSync(path));
}

/** `roots` and everything they import, each name once. */
function closure(roots: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const queue = [...roots];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (seen.has(next) || next.startsWith('google/protobuf/')) continue;
    const path = find(next);
    if (path === undefined)
      throw new Error(`${next}: not among the .proto files of @grpc/grpc-js-xds (looked in ${SOURCES.join(', ')})`);
    seen.add(next);
    for (const match of readFileSync(path, 'utf8').matchAll(/^import\s+(?:public\s+|weak\s+)?"([^"]+)";/gm)) {
      if (match[1] !== undefined) queue.push(match[1]);
    }
  }
  return [...seen].sort();
}

const work = mkdtempSync(join(tmpdir(), 'weft-protos-'));
try {
  const files = closure([...PROTO_FILES, ...FOREIGN_PROTO_FILES]);
  for (const file of files) {
    const to = join(work, 'proto', file);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(find(file) ?? file, to);
  }
  // The validate.proto that ships beside Envoy's files is older than they are and lacks one option that they set. The option is
  // dropped again below (EXCLUDED_OPTIONS), so only its name matters.
  const validate = join(work, 'proto/validate/validate.proto');
  const text = readFileSync(validate, 'utf8');
  if (!text.includes('ignore_empty')) {
    writeFileSync(
      validate,
      text.replace(/^message StringRules \{/m, 'message StringRules {\n    optional bool ignore_empty = 26;'),
    );
  }
  writeFileSync(join(work, 'proto/buf.yaml'), 'version: v2\n');
  writeFileSync(
    join(work, 'buf.gen.yaml'),
    JSON.stringify({
      version: 'v2',
      inputs: [{ directory: join(work, 'proto'), exclude_types: EXCLUDED_OPTIONS }],
      plugins: [
        {
          local: [process.execPath, join(root, 'node_modules/@bufbuild/protoc-gen-es/bin/protoc-gen-es')],
          out: join(work, 'gen'),
          opt: ['target=js+dts', 'import_extension=js'],
          include_imports: true,
        },
      ],
    }),
  );
  const buf = spawnSync(
    process.execPath,
    [join(root, 'node_modules/@bufbuild/buf/bin/buf'), 'generate', '--template', join(work, 'buf.gen.yaml')],
    {
      cwd: work,
      stdio: 'inherit',
    },
  );
  if (buf.status !== 0) throw new Error(`buf generate ended with ${buf.status ?? buf.signal}`);
  // Whoever imports the files meanwhile finds the old ones or the new ones.
  cpSync(join(work, 'gen'), `${OUT}.new`, { recursive: true });
  if (existsSync(OUT)) renameSync(OUT, `${OUT}.old`);
  renameSync(`${OUT}.new`, OUT);
  rmSync(`${OUT}.old`, { recursive: true, force: true });
  console.log(`packages/xds/gen: ${files.length} files of the xDS API generated`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
