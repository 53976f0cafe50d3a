import { Failure } from './failure.ts';

/** `['app=orders', 'tier=back']` → labels. */
export function parseLabels(pairs: readonly string[]): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  for (const pair of pairs) {
    const match = /^([A-Za-z0-9][A-Za-z0-9._/-]*)=([A-Za-z0-9._-]*)$/.exec(pair);
    if (match === null)
      throw new Failure('usage', `"${pair}" is no label`, 'a label is written key=value, such as tier=back');
    const [, key = '', value = ''] = match;
    labels[key] = value;
  }
  return labels;
}

/** `127.0.0.1:15010` or `[::1]:15010`. */
export function parseHostPort(option: string, text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || port < 1 || port > 65_535) {
    throw new Failure('usage', `--${option} takes host:port, not "${text}"`, 'such as 127.0.0.1:15010');
  }
  return { host, port };
}

/** `canary: true` or `canary=true` → a header pair with a lower-case name, as curl's -H and HTTP/2 have it. */
export function parseHeaders(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => {
    const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*[:=]\s*(.*)$/.exec(text);
    if (match === null) throw new Failure('usage', `"${text}" is no header`, "a header is written 'name: value'");
    const [, name = '', value = ''] = match;
    return [name.toLowerCase(), value];
  });
}
