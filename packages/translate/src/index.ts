export type { CheckedResources } from './check-loaded.ts';
export { checkLoaded } from './check-loaded.ts';
export type { UnenforcedIssue, UnenforcedOptions } from './coverage/unenforced.ts';
export { unenforced } from './coverage/unenforced.ts';
export type { ClusterName } from './names.ts';
export { parseClusterName, printClusterName } from './names.ts';
export type { TranslatedResources, TranslateOptions } from './translate.ts';
export { translate, translateClusters } from './translate.ts';
