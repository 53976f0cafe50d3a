/** Sends raw bytes on one connection and reports what came back, to the byte. */
import { connect } from 'node:net';

export interface Answer {
  /** The first final status, 0 when there was no response. */
  readonly status: number;
  /** Interim statuses before it. */
  readonly interim: readonly number[];
  readonly head: string;
  /** The server ended the connection by itself. */
  readonly closed: boolean;
  /** The server did not even react to the end of our side. */
  readonly hung: boolean;
}

/** A server that has not reacted by then waits for more; the client ends its side so that it must. */
const PATIENCE_MS = 400;
const GIVE_UP_MS = 5000;

function parse(text: string, closed: boolean, hung: boolean): Answer {
  const interim: number[] = [];
  let rest = text;
  for (;;) {
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(rest)?.[1] ?? 0);
    const end = rest.indexOf('\r\n\r\n');
    if (status < 100 || status >= 200 || end === -1) {
      return { status, interim, head: end === -1 ? rest : rest.slice(0, end), closed, hung };
    }
    interim.push(status);
    if (status === 101) return { status, interim, head: rest.slice(0, end), closed, hung };
    rest = rest.slice(end + 4);
  }
}

export function exchange(port: number, payload: string): Promise<Answer> {
  return new Promise((resolve) => {
    let text = '';
    let ended = false;
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const finish = (closed: boolean, hung = false): void => {
      clearTimeout(patience);
      clearTimeout(giveUp);
      socket.destroy();
      resolve(parse(text, closed, hung));
    };
    const giveUp = setTimeout(() => finish(false, true), GIVE_UP_MS);
    const patience = setTimeout(() => {
      ended = true;
      socket.end();
    }, PATIENCE_MS);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('end', () => finish(!ended));
    socket.on('error', () => finish(true));
    socket.on('close', () => finish(!ended));
    socket.write(payload, 'latin1');
  });
}
