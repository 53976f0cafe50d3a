import { readFile } from 'node:fs/promises';
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
  const text = await readFile(options.bootstrapPath, 'utf8');
  const parsed = await parseBootstrap(options.bootstrapPath, text);
  const decoded = decodeBootstrap(parsed);
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
