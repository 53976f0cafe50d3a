import type { Report } from '../../schema/index.ts';
import type { GatewayListener } from '../../shared/gateway-api/type.ts';

const PLAINTEXT = new Set(['HTTP', 'TCP', 'UDP']);

/** Listeners of a Gateway or ListenerSet: TLS fits the protocol, and no two are the same. */
export function checkListeners(listeners: readonly GatewayListener[] | undefined, report: Report): void {
  const names = new Set<string>();
  const places = new Set<string>();
  for (const [i, listener] of (listeners ?? []).entries()) {
    const at = `spec.listeners[${i}]`;
    const { name = '', port, protocol = '', hostname } = listener;
    if (names.has(name)) report.error(`${at}.name`, 'duplicate', `two listeners have the name ${JSON.stringify(name)}`);
    names.add(name);
    const place = JSON.stringify([port, protocol, hostname]);
    if (port !== undefined && places.has(place)) {
      report.error(at, 'duplicate', 'another listener has the same port, protocol and hostname');
    }
    places.add(place);
    if ((protocol === 'TCP' || protocol === 'UDP') && (hostname ?? '') !== '') {
      report.error(`${at}.hostname`, 'conflicting-fields', `${protocol} knows no hostname`);
    }
    checkTls(listener, protocol, `${at}.tls`, report);
  }
}

function checkTls({ tls }: GatewayListener, protocol: string, at: string, report: Report): void {
  if (tls !== undefined && PLAINTEXT.has(protocol)) {
    report.error(at, 'conflicting-fields', `a listener of protocol ${protocol} cannot have tls`);
  }
  if (protocol === 'TLS' && tls === undefined)
    report.error(at, 'missing-field', 'a listener of protocol TLS needs tls');
  if (protocol === 'HTTPS' && tls?.mode === 'Passthrough') {
    report.error(`${at}.mode`, 'conflicting-fields', 'the mode must be Terminate for protocol HTTPS');
  }
  const certificates = (tls?.certificateRefs ?? []).length + Object.keys(tls?.options ?? {}).length;
  if (tls !== undefined && (tls.mode ?? 'Terminate') === 'Terminate' && certificates === 0) {
    report.error(
      `${at}.certificateRefs`,
      'missing-field',
      'TLS can only be terminated with certificateRefs, or options',
    );
  }
}
