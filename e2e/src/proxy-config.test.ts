/** A ProxyConfig, through the proxy that `weft up` starts. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Weft } from './support/weft.ts';

const MESH = `apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: { name: primary }
spec:
  meshConfig:
    defaultConfig:
      proxyMetadata: { ISTIO_META_DNS_CAPTURE: 'true', ISTIO_META_TIER: silver }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: door, namespace: istio-system }
spec:
  selector: { istio: ingressgateway }
  servers:
  - port: { number: 80, name: http, protocol: HTTP }
    hosts: ['*']
---
apiVersion: networking.istio.io/v1beta1
kind: ProxyConfig
metadata: { name: door, namespace: istio-system }
spec:
  selector: { matchLabels: { istio: ingressgateway } }
  concurrency: 2
  environmentVariables: { ISTIO_META_TIER: gold }
`;

interface Listing {
  readonly nodeId: string;
  readonly adminAddress: string;
}

test('a proxy is started with the options of its ProxyConfig over those of the mesh', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'weft-proxy-config-'));
  const file = join(folder, 'mesh.yaml');
  await writeFile(file, MESH);
  try {
    await using up = new Weft(['up', '-f', file, '--gateway-port', '0', '--xds-port', '0', '--api-port', '0']);
    const [, api = ''] = await up.waitFor(/API +(http:\S+)/);
    await up.waitFor(/every gateway is ready/);
    const [gateway] = (await (await fetch(`${api}/debug/syncz`)).json()) as Listing[];
    const info = (await (await fetch(`http://${gateway?.adminAddress}/server_info`)).json()) as {
      readonly command_line_options: { readonly concurrency: number };
      readonly node: { readonly metadata: Readonly<Record<string, unknown>> };
    };
    assert.equal(info.command_line_options.concurrency, 2);
    assert.equal(info.node.metadata['TIER'], 'gold');
    assert.equal(info.node.metadata['DNS_CAPTURE'], 'true');
  } finally {
    await rm(folder, { recursive: true });
  }
});
