import type { Clock } from '@weft/base';
import { type AskConsul, WAIT_MS } from './blocking-query.ts';

export interface ConsulSource {
  /** `http://127.0.0.1:8500`, without a last slash. */
  readonly url: string;
  /** Empty: the agent's own only. The first is the one whose services have names without a datacentre. */
  readonly datacentres: readonly string[];
  /** Sent as X-Consul-Token. */
  readonly token: string | undefined;
}

/** `http://host:8500?dc=dc1&dc=dc2`: the agent and the datacentres to read. Undefined when it is no such URL. */
export function parseConsulUrl(text: string, token: string | undefined): ConsulSource | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  const path = url.pathname.replace(/\/+$/, '');
  return { url: `${url.origin}${path}`, datacentres: url.searchParams.getAll('dc'), token };
}

/** A held answer may take a sixteenth longer than asked for; what takes much longer is lost. */
const PATIENCE_MS = WAIT_MS + WAIT_MS / 16 + 10_000;
/** More than any catalog has. */
const MAX_BYTES = 64 << 20;

export function askConsul({ url, token }: ConsulSource, clock: Clock): AskConsul {
  const headers: Record<string, string> = token === undefined ? {} : { 'X-Consul-Token': token };
  return async (path, signal) => {
    const late = new AbortController();
    const timer = clock.after(PATIENCE_MS, () => late.abort(new Error(`no answer within ${PATIENCE_MS} ms`)));
    try {
      const request = { headers, signal: AbortSignal.any([signal, late.signal]), redirect: 'error' } as const;
      const response = await fetch(`${url}${path}`, request);
      const text = await readText(response);
      const said = `HTTP ${response.status} ${text.slice(0, 200).trim()}`;
      if (!response.ok) throw new Error(`${path.split('?', 1)[0]}: ${said}`);
      return { index: response.headers.get('x-consul-index') ?? undefined, body: JSON.parse(text) };
    } finally {
      timer.cancel();
    }
  };
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`the answer has more than ${MAX_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
