/** The composition root: stores, the pipeline to xDS, and the admin API. Started by `startControlPlane`. */
export type {
  ApiOptions,
  ConsulOptions,
  ControlPlane,
  ControlPlaneDeps,
  ControlPlaneEvent,
  ControlPlaneOptions,
  LiveReport,
  PipelineOptions,
  StoreOptions,
} from './control-plane.ts';
export { AddressInUseError } from './control-plane.ts';
export { OWNER_ANNOTATION } from './pipeline/owner-cleanup.ts';
export { parseConsulUrl } from './registries/consul/ask-consul.ts';
export type { RegistryStatus } from './registries/registry-status.ts';
export { startControlPlane } from './start-control-plane.ts';
export { mergedStatus } from './status/gateway-api-status.ts';
export type { ObjectKey, ObjectMeta, StoredObject } from './store/object.ts';
export { describeKey, keyOf, printKey } from './store/object.ts';
export { JournalError } from './store/sqlite-journal.ts';
export type {
  ChangeResult,
  ObjectList,
  Origin,
  Selector,
  Store,
  StoreChange,
  StoreErrorReason,
  Watch,
  WatchEvent,
} from './store/store.ts';
export { StoreError } from './store/store.ts';
