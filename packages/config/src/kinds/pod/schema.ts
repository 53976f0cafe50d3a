import { flag, integer, list, long, object, oneOf, type Schema, text } from '../../schema/index.ts';
import type {
  Container,
  ContainerEnvVar,
  ContainerPort,
  PodCondition,
  PodSpec,
  PodStatus,
  SecurityContext,
} from './type.ts';

const port: Schema<ContainerPort> = object<ContainerPort>(
  { name: text(), containerPort: integer({ min: 1, max: 65535 }), protocol: oneOf('TCP', 'UDP', 'SCTP') },
  { open: true },
);

const securityContext: Schema<SecurityContext> = object<SecurityContext>({ runAsUser: long() }, { open: true });

const envVar: Schema<ContainerEnvVar> = object<ContainerEnvVar>({ name: text(), value: text() }, { open: true });

const container: Schema<Container> = object<Container>(
  { name: text(), image: text(), ports: list(port), env: list(envVar), securityContext },
  { open: true },
);

export const podSpec: Schema<PodSpec> = object<PodSpec>(
  {
    serviceAccountName: text(),
    hostname: text(),
    subdomain: text(),
    nodeName: text(),
    hostNetwork: flag(),
    containers: list(container),
    initContainers: list(container),
    securityContext,
  },
  { open: true },
);

export const podStatus: Schema<PodStatus> = object<PodStatus>(
  {
    phase: text(),
    podIP: text(),
    podIPs: list(object<{ readonly ip?: string }>({ ip: text() })),
    conditions: list(object<PodCondition>({ type: text(), status: text() }, { open: true })),
  },
  { open: true },
);
