/** Who may import what (ARCHITECTURE.md), each rule with its reason. tools/check-imports.ts enforces it. */

/** What a package may import of this workspace. A package that is not here yet gets its row, and its reason, with its first file. */
export const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  base: [],
  http: ['base'],
  xds: ['base'],
  config: ['base'],
  mesh: ['base', 'config'],
  translate: ['base', 'config', 'mesh', 'xds'],
  analyze: ['base', 'config', 'mesh'],
  engine: ['base', 'xds'],
  proxy: ['base', 'engine', 'http', 'xds'],
  'control-plane': ['analyze', 'base', 'config', 'mesh', 'translate', 'xds'],
  testkit: ['analyze', 'base', 'config', 'engine', 'mesh', 'proxy', 'translate', 'xds'],
  cli: ['analyze', 'base', 'config', 'control-plane', 'engine', 'mesh', 'proxy', 'testing', 'translate', 'xds'],
};

/** Said with a forbidden arrow, by the package that it starts from. */
export const WHY: Readonly<Record<string, string>> = {
  base: 'everyone stands on base, so base stands on nothing',
  http: 'the codecs are bytes in, events out; they know no mesh',
  xds: 'xds carries messages and does not interpret them',
  config: 'config turns text into typed resources and knows nothing of what they do to each other',
  mesh: 'mesh indexes configuration; what proxies are told is the business of translate',
  translate: 'translation is a pure function of the snapshot and the node',
  analyze: 'diagnostics are a pure function of the configuration; who shows them is not their business',
  engine: 'decisions are made from xDS alone, so that they are the same whoever sent it',
  proxy: 'the data plane knows xDS only; whatever it needs must be expressible there',
  'control-plane': 'the control plane must run without a data plane, and the other way round',
  testkit: 'the mesh in a test composes the packages that decide; it starts no control plane and opens no socket',
  cli: 'the command line composes packages and is imported by none of them',
};

/** Modules that a package must not import, beyond the arrows. Tests are exempt: they may open sockets and files. */
export interface ForbiddenModule {
  readonly from: string;
  readonly module: RegExp;
  readonly why: string;
}

export const FORBIDDEN_MODULES: readonly ForbiddenModule[] = [
  { from: 'translate', module: /^node:/, why: 'translation is pure: give it values, take values back' },
  { from: 'engine', module: /^node:/, why: 'decisions are pure and also run in a browser' },
  { from: 'mesh', module: /^node:/, why: 'a snapshot is a pure function of its resources' },
  {
    from: 'http',
    module: /^node:(?:net|tls|http|https|http2|dgram|dns|fs)$/,
    why: 'protocol code does no I/O, so that it is tested by arrays of bytes',
  },
  {
    from: 'proxy',
    module: /^node:(?:https|http2)$/,
    why: 'the data path has codecs of its own; node:http serves the admin port',
  },
];

/** Folders whose children must not import each other. */
export const STRANGERS: readonly { readonly folder: string; readonly why: string }[] = [
  { folder: 'packages/proxy/src/filters/http', why: 'filters meet in the stream, not in each other' },
  { folder: 'packages/proxy/src/filters/network', why: 'filters meet in the connection, not in each other' },
];

/** Files beside `main.ts` that may read the environment and the clock, each with its reason. */
export const AMBIENT_FILES: Readonly<Record<string, string>> = {
  'packages/cli/src/proxy-process/serve-proxy.ts':
    'hands the data plane everything it takes from its process, for both entries',
  'packages/cli/src/command/process-context.ts':
    'gathers everything a command takes from its process, in one value that tests replace',
  'packages/proxy/src/young-generation.ts':
    'acts before any other module is loaded, those with a clock included: loading them is what makes the heap grow',
};

/** Ambient inputs: allowed in base, in `main.ts` (the files with effects at load), in tests and in AMBIENT_FILES. */
export const AMBIENT: readonly { readonly code: RegExp; readonly name: string; readonly why: string }[] = [
  {
    code: /\bprocess\.env\b/,
    name: 'process.env',
    why: 'the environment is an argument: read it in main.ts and hand it on',
  },
  { code: /\bDate\.now\(/, name: 'Date.now()', why: 'time is an argument: take a Clock' },
  { code: /\bnew Date\(\)/, name: 'new Date()', why: 'time is an argument: take a Clock' },
  { code: /\bperformance\.now\(/, name: 'performance.now()', why: 'time is an argument: take a Clock' },
  { code: /\bMath\.random\(/, name: 'Math.random()', why: 'randomness is an argument: take a Random' },
  { code: /(?<![.\w])setTimeout\(/, name: 'setTimeout()', why: 'time is an argument: take a Clock' },
  { code: /(?<![.\w])setInterval\(/, name: 'setInterval()', why: 'time is an argument: take a Clock' },
];
