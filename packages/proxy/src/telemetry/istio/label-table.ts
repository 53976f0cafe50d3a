/**
 * Who is who in `istio_*` metrics: the same labels are the same object, so that the hot path finds a series by comparing references,
 * and two pushes that describe one workload do not print it twice.
 */
import type { JsonObject } from '@bufbuild/protobuf';
import type { Metadata } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import { decodePeerMetadata } from './peer-metadata.ts';
import { type ServiceLabels, serviceOfCluster } from './service-labels.ts';
import { UNKNOWN_WORKLOAD, type WorkloadLabels, workloadOfEndpoint, workloadOfMetadata } from './workload-labels.ts';

/** Distinct workloads that strangers may name through headers; further ones are unknown. Memory, and Prometheus, are finite. */
const MAX_HEADER_WORKLOADS = 1_000;
/** Header values kept with what they decode to. */
const MAX_CACHED_HEADERS = 1_000;

export class LabelTable {
  readonly #workloads = new Map<string, WorkloadLabels>();
  readonly #services = new Map<string, ServiceLabels>();
  readonly #headers = new Map<string, WorkloadLabels>();
  #fromHeaders = 0;

  /** The service of a cluster, from its metadata. For when the cluster is compiled. */
  service(metadata: Metadata | undefined, clusterName: string): ServiceLabels {
    const labels = serviceOfCluster(metadata, clusterName);
    const key = `${labels.host}\n${labels.name}\n${labels.namespace}`;
    return this.#services.get(key) ?? remember(this.#services, key, labels);
  }

  /** The workload of an endpoint, from its metadata. For when endpoints are compiled. */
  endpoint(metadata: Metadata | undefined): WorkloadLabels {
    const labels = metadata === undefined ? undefined : workloadOfEndpoint(metadata);
    return labels === undefined ? UNKNOWN_WORKLOAD : this.#intern(labels);
  }

  /** The workload that a node's own metadata describes. */
  node(metadata: JsonObject): WorkloadLabels {
    return this.#intern(workloadOfMetadata(metadata));
  }

  /** @hot The workload that a peer names in its `x-envoy-peer-metadata`. */
  header(value: string | undefined): WorkloadLabels {
    if (value === undefined) return UNKNOWN_WORKLOAD;
    return this.#headers.get(value) ?? this.#decodeHeader(value);
  }

  #decodeHeader(value: string): WorkloadLabels {
    const metadata = decodePeerMetadata(value);
    const labels = metadata === undefined ? UNKNOWN_WORKLOAD : this.#internForeign(workloadOfMetadata(metadata));
    if (this.#headers.size >= MAX_CACHED_HEADERS) {
      const oldest = this.#headers.keys().next();
      if (oldest.done === false) this.#headers.delete(oldest.value);
    }
    return remember(this.#headers, value, labels);
  }

  #internForeign(labels: WorkloadLabels): WorkloadLabels {
    const known = this.#workloads.get(workloadKey(labels));
    if (known !== undefined) return known;
    if (this.#fromHeaders >= MAX_HEADER_WORKLOADS) return UNKNOWN_WORKLOAD;
    this.#fromHeaders++;
    return this.#intern(labels);
  }

  #intern(labels: WorkloadLabels): WorkloadLabels {
    const key = workloadKey(labels);
    if (key === UNKNOWN_KEY) return UNKNOWN_WORKLOAD;
    return this.#workloads.get(key) ?? remember(this.#workloads, key, labels);
  }
}

function workloadKey(labels: WorkloadLabels): string {
  return Object.values(labels).join('\n');
}

const UNKNOWN_KEY = workloadKey(UNKNOWN_WORKLOAD);

function remember<T>(map: Map<string, T>, key: string, value: T): T {
  map.set(key, value);
  return value;
}
