import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import type { SecretSpec } from './type.ts';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Values of `data` are base64 (RFC 4648 §4). They are not shown: they are secret. */
export function validateSecret(spec: SecretSpec, _metadata: ObjectMeta, report: Report): void {
  for (const [key, value] of Object.entries(spec.data ?? {})) {
    if (!BASE64.test(value.replace(/[\r\n]/g, ''))) {
      report.error(`data.${key}`, 'bad-format', 'the value is not base64', {
        hint: 'plain text belongs into stringData',
      });
    }
  }
}
