/** A ProxyConfig, through the proxy that `weft up` starts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DOOR, Up } from './support/up.ts';

const MESH = `apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: { name: primary }
spec:
  meshConfig:
    defaultConfig:
      proxyMetadata: { ISTIO_META_DNS_CAPTURE: 'true', ISTIO_META_TIER: silver }
---
${DOOR}---
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
  await using up = await Up.start(() => MESH);
  const api = await up.api();
  await up.weft.waitFor(/every gateway is ready/);
  const [gateway] = (await (await fetch(`${api}/debug/syncz`)).json()) as Listing[];
  const info = (await (await fetch(`http://${gateway?.adminAddress}/server_info`)).json()) as {
    readonly command_line_options: { readonly concurrency: number };
    readonly node: { readonly metadata: Readonly<Record<string, unknown>> };
  };
  assert.equal(info.command_line_options.concurrency, 2);
  assert.equal(info.node.metadata['TIER'], 'gold');
  assert.equal(info.node.metadata['DNS_CAPTURE'], 'true');
});
