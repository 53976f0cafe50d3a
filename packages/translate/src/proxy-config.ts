import { type DefaultProxyConfig, decodeProxyConfig } from '@weft/config';
import type { Node, Snapshot } from '@weft/mesh';

/**
 * The options a proxy runs with: what it says itself (`PROXY_CONFIG` of its metadata, written when it was started), else what counts for its
 * workload now (model/context.go, ProxyConfigOrDefault).
 */
export function proxyConfigFor(snapshot: Snapshot, node: Node): DefaultProxyConfig {
  const said = node.metadata['PROXY_CONFIG'];
  if (typeof said !== 'object' || said === null) return snapshot.proxyConfigOf(node);
  const decoded = decodeProxyConfig(JSON.stringify(said));
  // A field of a newer Istio than this one is no reason to ignore the mesh.
  return decoded.ok ? decoded.value : snapshot.proxyConfigOf(node);
}
