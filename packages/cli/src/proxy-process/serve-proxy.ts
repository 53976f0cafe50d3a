import { readFileSync } from 'node:fs';
import { formatIssue, type LogControl, type Logger, systemClock, systemRandom, textLogger } from '@weft/base';
import { type Proxy as DataPlane, decodeBootstrap, runProxy } from '@weft/proxy';

export interface ServeOptions {
  readonly bootstrapPath: string;
  readonly version: string;
  readonly logControl: LogControl;
}

export interface ServedProxy {
  readonly proxy: DataPlane;
  readonly logger: Logger;
}

/** Reads an Envoy bootstrap file (JSON or YAML) and starts the data plane from it. Every issue of the file is in the error. */
export async function serveProxy(options: ServeOptions): Promise<ServedProxy> {
  // Not node:fs/promises: it brings the REPL's line editor into the memory of every sidecar.
  const text = readFileSync(options.bootstrapPath, 'utf8');
  const parsed = await parseBootstrap(options.bootstrapPath, text);
  return start(parsed, options);
}

/** Loads everything a proxy loads, without serving: what it leaves behind is a filled compile cache. */
export async function loadProxy(): Promise<void> {
  const node = { id: 'sidecar~127.0.0.1~warm-up.default~default.svc.cluster.local' };
  const admin = { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } };
  const { proxy } = start({ node, admin }, { bootstrapPath: 'warm-up', version: '', logControl: { level: 'off' } });
  await proxy.ready;
}

function start(bootstrap: unknown, options: ServeOptions): ServedProxy {
  const decoded = decodeBootstrap(bootstrap);
  if (!decoded.ok) {
    throw new Error(`${options.bootstrapPath} is no usable bootstrap:\n${decoded.issues.map(formatIssue).join('\n')}`);
  }
  const logger = textLogger((line) => void process.stderr.write(line), systemClock, options.logControl);
  const proxy = runProxy(decoded.value, {
    clock: systemClock,
    random: systemRandom(),
    logger,
    logControl: options.logControl,
    stdout: (line) => void process.stdout.write(line),
    stderr: (line) => void process.stderr.write(line),
    version: options.version,
    quit: () => void process.kill(process.pid, 'SIGTERM'),
    environment: (name) => process.env[name],
  });
  return { proxy, logger };
}

/** The YAML parser is loaded for YAML only: it would stay in the memory of every sidecar. */
async function parseBootstrap(path: string, text: string): Promise<unknown> {
  if (path.endsWith('.json')) return JSON.parse(text);
  const { parse } = await import('yaml');
  return parse(text);
}
