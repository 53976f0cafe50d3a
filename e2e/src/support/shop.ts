import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';
import { Weft } from './weft.ts';

const SHOP = fileURLToPath(new URL('../../../examples/shop', import.meta.url));

/** A copy of the shop's configuration that a test may edit, with the bank on a port of its own. */
export class ShopConfig implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<ShopConfig> {
    const folder = await mkdtemp(join(tmpdir(), 'weft-shop-'));
    await cp(SHOP, folder, { recursive: true, filter: (path) => !path.endsWith('/app') });
    const config = new ShopConfig(folder);
    const port = await freePort();
    await config.edit('bank.yaml', (text) => text.replace('http: 19080', `http: ${port}`));
    return config;
  }

  async edit(file: string, change: (text: string) => string): Promise<void> {
    const path = join(this.folder, file);
    await writeFile(path, change(await readFile(path, 'utf8')));
  }

  setWeights(v1: number, v2: number): Promise<void> {
    return this.edit('orders.yaml', (text) => {
      let n = 0;
      return text.replace(/weight: \d+/g, () => `weight: ${n++ === 0 ? v1 : v2}`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}

export interface Demo {
  readonly process: Weft;
  readonly gatewayPort: number;
  readonly api: string;
  /** Of every process the demo started, from the table it prints. */
  readonly pids: readonly number[];
  readonly sidecarPids: readonly number[];
}

/** Starts the demo on free ports and waits until it serves. */
export async function startDemo(
  config: ShopConfig,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Demo> {
  const ports = ['--gateway-port', '0', '--xds-port', '0', '--api-port', '0'];
  const process = new Weft(['demo', '--config', config.folder, ...ports, ...args], env);
  const gateway = await process.waitFor(/shop +http:\/\/localhost:(\d+)\//);
  const api = await process.waitFor(/API +(http:\/\/127\.0\.0\.1:\d+)/);
  await process.waitFor(/keys: l switches/);
  const rows = [...process.output.matchAll(/^( *\S.*?) {2,}(\d+) {2,}\S*.*\.log$/gm)];
  return {
    process,
    gatewayPort: Number(gateway[1]),
    api: api[1] ?? '',
    pids: rows.map((row) => Number(row[2])),
    sidecarPids: rows.filter((row) => row[1]?.includes('sidecar') === true).map((row) => Number(row[2])),
  };
}
