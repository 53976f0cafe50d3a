/** What is to be injected into one request: as configured, or as its own headers ask within the configured share (Envoy, "Fault injection"). */
import type { Fraction } from '@weft/engine';
import { headerValue } from '@weft/http';
import type { FaultConfig } from './config.ts';

export interface InjectedDelay {
  readonly ms: number;
  readonly share: Fraction;
}

export interface InjectedAbort {
  readonly status: number;
  readonly grpcStatus: number | undefined;
  readonly share: Fraction;
}

function wholeNumber(headers: readonly string[], name: string): number | undefined {
  const text = headerValue(headers, name);
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** A request may ask for less than the configured share, in its denominator, not for more. */
function shareOf(configured: Fraction, headers: readonly string[], name: string): Fraction {
  const asked = wholeNumber(headers, name);
  if (asked === undefined) return configured;
  return { numerator: Math.min(asked, configured.numerator), denominator: configured.denominator };
}

export function delayOf(config: FaultConfig, headers: readonly string[]): InjectedDelay | undefined {
  if (!config.delayByHeader) return config.delayMs === 0 ? undefined : { ms: config.delayMs, share: config.delayShare };
  const ms = wholeNumber(headers, 'x-envoy-fault-delay-request');
  if (ms === undefined || ms === 0) return undefined;
  return { ms, share: shareOf(config.delayShare, headers, 'x-envoy-fault-delay-request-percentage') };
}

export function abortOf(config: FaultConfig, headers: readonly string[]): InjectedAbort | undefined {
  if (!config.abortByHeader) {
    if (config.abortStatus === 0) return undefined;
    return { status: config.abortStatus, grpcStatus: config.grpcStatus, share: config.abortShare };
  }
  const share = shareOf(config.abortShare, headers, 'x-envoy-fault-abort-request-percentage');
  const status = wholeNumber(headers, 'x-envoy-fault-abort-request');
  if (status !== undefined && status >= 200 && status < 600) return { status, grpcStatus: undefined, share };
  const grpcStatus = wholeNumber(headers, 'x-envoy-fault-abort-grpc-request');
  return grpcStatus === undefined ? undefined : { status: 200, grpcStatus, share };
}
