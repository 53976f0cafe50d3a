import { checkListeners } from '../../checks/gateway-api/listeners.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import type { ListenerSetSpec } from './type.ts';

/** The CRD's rules over several fields. */
export function validateListenerSet(spec: ListenerSetSpec, _metadata: ObjectMeta, report: Report): void {
  checkListeners(spec.listeners, report);
}
