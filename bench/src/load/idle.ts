/**
 * A process of its own: `node idle.ts PORT CONNECTIONS`. Makes one request on each connection, leaves all of them open and idle, and
 * prints one line of JSON; ends when its input does.
 */
import { connect } from 'node:net';

const [port = 0, connections = 1] = process.argv.slice(2).map(Number);
/** More at once would overflow backlogs, and measure retransmitted SYNs. */
const AT_ONCE = 100;
const REQUEST = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;

let failures = 0;
let left = connections;

/** Opens one and resolves when it was answered, or failed. The socket stays open. */
function open(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(REQUEST));
    const failed = (): void => {
      failures++;
      socket.destroy();
      resolve();
    };
    socket.once('error', failed);
    socket.once('data', (chunk: Buffer) => {
      socket.removeListener('error', failed);
      socket.on('error', () => failures++);
      if (!chunk.toString('latin1').startsWith('HTTP/1.1 200')) failures++;
      resolve();
    });
  });
}

async function worker(): Promise<void> {
  while (left > 0) {
    left--;
    await open();
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, worker));
console.log(JSON.stringify({ failures }));
process.stdin.on('end', () => process.exit(0)).resume();
