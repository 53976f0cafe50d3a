import { decodeProxyConfig } from '@weft/config';
import type { Snapshot } from '@weft/mesh';
import { ApiError } from './status.ts';

/** Decoding adds the unit to the name of a duration; on the wire it is Istio's field again: `drainDuration: "20s"`. */
function asWritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asWritten);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) =>
      name.endsWith('Ms') && typeof item === 'number'
        ? [name.slice(0, -2), `${item / 1000}s`]
        : [name, asWritten(item)],
    ),
  );
}

function labelsOf(text: string): Record<string, string> {
  const pairs = text.split(',').filter((pair) => pair !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new ApiError('BadRequest', `labels: '${pair}' is not name=value`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/**
 * `GET /debug/proxy_config?namespace=&labels=a=b,c=d&annotation=`: the options a workload's proxy is to be started with, in Istio's JSON
 * (mesh/v1alpha1 ProxyConfig). `annotation` is the text of the workload's `proxy.istio.io/config`.
 */
export function proxyConfigPage(snapshot: Snapshot, query: URLSearchParams): unknown {
  const text = query.get('annotation') ?? '';
  const annotation = text === '' ? undefined : decodeProxyConfig(text);
  if (annotation?.ok === false) {
    throw new ApiError('BadRequest', `annotation: ${annotation.issues.map(({ message }) => message).join('; ')}`);
  }
  const config = snapshot.proxyConfigOf({
    namespace: query.get('namespace') ?? 'default',
    labels: labelsOf(query.get('labels') ?? ''),
    annotation: annotation?.value,
  });
  return asWritten(config);
}
