/** The admin server with what it prints messages by. */
import { createRegistry } from '@bufbuild/protobuf';
import type { Clock, Logger } from '@weft/base';
import { type AdminServer, startAdminServer } from '../admin/admin-server.ts';
import type { AdminView } from '../admin/admin-view.ts';
import type { MessagePrinter } from '../admin/message-json.ts';
import type { HostPort } from '../bootstrap/bootstrap.ts';
import { EXTENSIONS } from '../bootstrap/extensions.ts';
import { ON_DEMAND } from '../on-demand.ts';

export function startAdmin(
  address: HostPort,
  inherited: number | undefined,
  view: AdminView,
  clock: Clock,
  logger: Logger,
): Promise<AdminServer> {
  let printer: Promise<MessagePrinter> | undefined;
  const context = {
    view,
    printer: () => (printer ??= loadPrinter()),
    nowMs: () => clock.now(),
  };
  return startAdminServer(address, inherited, 'all', context, logger);
}

async function loadPrinter(): Promise<MessagePrinter> {
  const { messagePrinter } = await ON_DEMAND.messagePrinter();
  return messagePrinter(createRegistry(...EXTENSIONS));
}
