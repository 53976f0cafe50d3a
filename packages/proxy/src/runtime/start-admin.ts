/** The admin server, loaded only when the bootstrap asks for one. */
import { createRegistry } from '@bufbuild/protobuf';
import type { Clock, Logger } from '@weft/base';
import { type AdminServer, startAdminServer } from '../admin/admin-server.ts';
import type { AdminView } from '../admin/admin-view.ts';
import { messagePrinter } from '../admin/message-json.ts';
import type { HostPort } from '../bootstrap/bootstrap.ts';
import { EXTENSIONS } from '../bootstrap/extensions.ts';

export function startAdmin(
  address: HostPort,
  inherited: number | undefined,
  view: AdminView,
  clock: Clock,
  logger: Logger,
): Promise<AdminServer> {
  const context = {
    view,
    printer: messagePrinter(createRegistry(...EXTENSIONS)),
    nowMs: () => clock.now(),
  };
  return startAdminServer(address, inherited, 'all', context, logger);
}
