/** Asking one endpoint for its health, again and again. */
import type { Endpoint, HealthCheckConfig } from '@weft/engine';
import { GrpcQuestion } from './grpc-question.ts';
import type { CheckResult } from './health-state.ts';
import { HttpQuestion } from './http-question.ts';
import { RequestCheck } from './request-check.ts';
import { TcpCheck } from './tcp-check.ts';
import type { UpstreamCluster } from './upstream-cluster.ts';

export interface EndpointCheck {
  /** Starts a check, on the connection of the one before where that was kept. */
  run(): void;
  /** Gives up the check that runs, without a result, and the connection. */
  stop(): void;
}

export interface CheckedEndpoint {
  readonly cluster: UpstreamCluster;
  /** Where checks go, which need not be where requests go. */
  readonly target: Endpoint;
  readonly config: HealthCheckConfig;
  /** What the check is asked for, as a host. */
  readonly host: string;
  /** `%HOSTNAME%` and `%ENVIRONMENT(…)%` in headers. */
  readonly hostname: string;
  environment(name: string): string | undefined;
  /** Once for each check; and between checks, when a connection that was kept tells that the endpoint is gone. */
  readonly onResult: (result: CheckResult) => void;
}

export function createCheck(checked: CheckedEndpoint): EndpointCheck {
  const { check } = checked.config;
  switch (check.kind) {
    case 'tcp':
      return new TcpCheck(check, checked);
    case 'http':
      return new RequestCheck(new HttpQuestion(check, checked), checked);
    case 'grpc':
      return new RequestCheck(new GrpcQuestion(check, checked), checked);
  }
}
