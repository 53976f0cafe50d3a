import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Weft } from './weft.ts';

/** A Gateway `door` for every host on port 80, which the gateway of `weft up` serves. */
export const DOOR = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: door, namespace: istio-system }
spec:
  selector: { istio: ingressgateway }
  servers:
  - port: { number: 80, name: http, protocol: HTTP }
    hosts: ['*']
`;

/** `weft up` for one file in a folder of its own, on ports of the system's choice. */
export class Up implements AsyncDisposable {
  readonly folder: string;
  readonly weft: Weft;

  private constructor(folder: string, file: string) {
    this.folder = folder;
    this.weft = new Weft(['up', '-f', file, '--gateway-port', '0', '--xds-port', '0', '--api-port', '0']);
  }

  /** `mesh` makes the file's text; the folder is there already, for paths in it. */
  static async start(mesh: (folder: string) => string): Promise<Up> {
    const folder = await mkdtemp(join(tmpdir(), 'weft-up-'));
    const file = join(folder, 'mesh.yaml');
    await writeFile(file, mesh(folder));
    return new Up(folder, file);
  }

  /** Where the gateway serves port 80. */
  async port(): Promise<number> {
    const [, port] = await this.weft.waitFor(/80 → 127\.0\.0\.1:(\d+)/);
    return Number(port);
  }

  /** The URL of the control plane's API. */
  async api(): Promise<string> {
    const [, api = ''] = await this.weft.waitFor(/API +(http:\S+)/);
    return api;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.weft[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true });
  }
}
