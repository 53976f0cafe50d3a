import { configMapSpec } from './config-map/schema.ts';
import { validateConfigMap } from './config-map/validate.ts';
import { endpointSliceSpec } from './endpoint-slice/schema.ts';
import { validateEndpointSlice } from './endpoint-slice/validate.ts';
import { endpointsSpec } from './endpoints/schema.ts';
import { validateEndpoints } from './endpoints/validate.ts';
import { declareKind, type KindRow } from './kind.ts';
import { namespaceSpec } from './namespace/schema.ts';
import { podSpec, podStatus } from './pod/schema.ts';
import { secretSpec } from './secret/schema.ts';
import { validateSecret } from './secret/validate.ts';
import { serviceSpec, serviceStatus } from './service/schema.ts';
import { validateService } from './service/validate.ts';
import { serviceAccountSpec } from './service-account/schema.ts';

/** Kubernetes' own kinds that say something to a mesh. One row each: a new kind is a folder beside this file and a row here. */
export const KUBERNETES_KINDS: readonly KindRow[] = [
  declareKind({
    type: 'Service',
    kind: 'Service',
    group: '',
    versions: ['v1'],
    plural: 'services',
    singular: 'service',
    shortNames: ['svc'],
    namespaced: true,
    body: 'spec',
    schema: serviceSpec,
    status: serviceStatus,
    validate: validateService,
  }),
  declareKind({
    type: 'Pod',
    kind: 'Pod',
    group: '',
    versions: ['v1'],
    plural: 'pods',
    singular: 'pod',
    shortNames: ['po'],
    namespaced: true,
    body: 'spec',
    schema: podSpec,
    status: podStatus,
  }),
  declareKind({
    type: 'Endpoints',
    kind: 'Endpoints',
    group: '',
    versions: ['v1'],
    plural: 'endpoints',
    singular: 'endpoints',
    shortNames: ['ep'],
    namespaced: true,
    body: 'object',
    schema: endpointsSpec,
    validate: validateEndpoints,
  }),
  declareKind({
    type: 'EndpointSlice',
    kind: 'EndpointSlice',
    group: 'discovery.k8s.io',
    versions: ['v1'],
    plural: 'endpointslices',
    singular: 'endpointslice',
    shortNames: [],
    namespaced: true,
    body: 'object',
    schema: endpointSliceSpec,
    validate: validateEndpointSlice,
  }),
  declareKind({
    type: 'Namespace',
    kind: 'Namespace',
    group: '',
    versions: ['v1'],
    plural: 'namespaces',
    singular: 'namespace',
    shortNames: ['ns'],
    namespaced: false,
    body: 'spec',
    schema: namespaceSpec,
  }),
  declareKind({
    type: 'ServiceAccount',
    kind: 'ServiceAccount',
    group: '',
    versions: ['v1'],
    plural: 'serviceaccounts',
    singular: 'serviceaccount',
    shortNames: ['sa'],
    namespaced: true,
    body: 'object',
    schema: serviceAccountSpec,
  }),
  declareKind({
    type: 'Secret',
    kind: 'Secret',
    group: '',
    versions: ['v1'],
    plural: 'secrets',
    singular: 'secret',
    shortNames: [],
    namespaced: true,
    body: 'object',
    schema: secretSpec,
    validate: validateSecret,
  }),
  declareKind({
    type: 'ConfigMap',
    kind: 'ConfigMap',
    group: '',
    versions: ['v1'],
    plural: 'configmaps',
    singular: 'configmap',
    shortNames: ['cm'],
    namespaced: true,
    body: 'object',
    schema: configMapSpec,
    validate: validateConfigMap,
  }),
];
