import type { PolicySelector } from '../../shared/selector/type.ts';

/**
 * Proxy options of some workloads.
 *
 * https://istio.io/latest/docs/reference/config/networking/proxy-config/
 */
export interface ProxyConfigSpec {
  readonly concurrency?: number;
  readonly environmentVariables?: Readonly<Record<string, string>>;
  readonly image?: ProxyImage;
  readonly selector?: PolicySelector;
}

/** The variant of the proxy image. */
export interface ProxyImage {
  readonly imageType?: string;
}
