import { workloadEntrySpec } from '../../kinds/workload-entry/schema.ts';
import { integer, list, map, object, type Schema, text } from '../../schema/index.ts';
import type {
  ExecHealthCheck,
  GrpcHealthCheck,
  HttpHeader,
  HttpHealthCheck,
  ReadinessProbe,
  TcpHealthCheck,
  WorkloadGroupMetadata,
  WorkloadGroupSpec,
} from './type.ts';

export const workloadGroupMetadata: Schema<WorkloadGroupMetadata> = object<WorkloadGroupMetadata>({
  annotations: map(text(), { max: 256 }),
  labels: map(text(), { max: 256 }),
});

export const execHealthCheck: Schema<ExecHealthCheck> = object<ExecHealthCheck>(
  {
    command: list(text({ min: 1 })),
  },
  { required: ['command'] },
);

export const grpcHealthCheck: Schema<GrpcHealthCheck> = object<GrpcHealthCheck>({
  port: integer({ min: 0 }),
  service: text(),
});

export const httpHeader: Schema<HttpHeader> = object<HttpHeader>({
  name: text({ pattern: /^[-_A-Za-z0-9]+$/ }),
  value: text(),
});

export const httpHealthCheck: Schema<HttpHealthCheck> = object<HttpHealthCheck>(
  {
    host: text(),
    httpHeaders: list(httpHeader),
    path: text(),
    port: integer({ min: 0 }),
    scheme: text(),
  },
  { required: ['port'] },
);

export const tcpHealthCheck: Schema<TcpHealthCheck> = object<TcpHealthCheck>(
  {
    host: text(),
    port: integer({ min: 0 }),
  },
  { required: ['port'] },
);

export const readinessProbe: Schema<ReadinessProbe> = object<ReadinessProbe>(
  {
    exec: execHealthCheck,
    failureThreshold: integer({ min: 0 }),
    grpc: grpcHealthCheck,
    httpGet: httpHealthCheck,
    initialDelaySeconds: integer({ min: 0 }),
    periodSeconds: integer({ min: 0 }),
    successThreshold: integer({ min: 0 }),
    tcpSocket: tcpHealthCheck,
    timeoutSeconds: integer({ min: 0 }),
  },
  { exclusive: [{ fields: ['httpGet', 'tcpSocket', 'exec', 'grpc'], required: false }] },
);

export const workloadGroupSpec: Schema<WorkloadGroupSpec> = object<WorkloadGroupSpec>(
  {
    metadata: workloadGroupMetadata,
    probe: readinessProbe,
    template: workloadEntrySpec,
  },
  { required: ['template'] },
);
