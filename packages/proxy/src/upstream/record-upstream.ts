/** What the record of an exchange says of where its request went. */
import type { Endpoint } from '@weft/engine';
import type { UpstreamCluster } from '../cluster/upstream-cluster.ts';
import type { AccessRecord } from '../telemetry/access-record.ts';
import type { UpstreamPeer } from '../tls/upstream-peer.ts';

/** @hot */
export function recordCluster(record: AccessRecord, cluster: UpstreamCluster): void {
  record.upstreamCluster = cluster.name;
  record.upstreamClusterStatName = cluster.config.statName;
  record.clusterMetadata = cluster.config.metadata;
  record.service = cluster.service;
}

/** @hot One more try, at `endpoint`. */
export function recordTry(record: AccessRecord, cluster: UpstreamCluster, endpoint: Endpoint): void {
  record.upstreamHost = endpoint.key;
  record.upstreamMetadata = endpoint.spec.metadata;
  record.peer = cluster.workloads.get(endpoint.key);
  record.requestAttempts++;
}

/** @hot The try has a connection and begins to send at `nowMs`. */
export function recordConnection(record: AccessRecord, protocol: string, peer: UpstreamPeer, nowMs: number): void {
  record.upstreamProtocol = protocol;
  record.upstreamTxStartMs = nowMs;
  recordPeer(record, peer);
}

/** @hot */
export function recordPeer(record: AccessRecord, { version, uriSan, localUriSan }: UpstreamPeer): void {
  record.upstreamTlsVersion = version;
  record.upstreamPeerUriSan = uriSan;
  record.upstreamLocalUriSan = localUriSan;
}
