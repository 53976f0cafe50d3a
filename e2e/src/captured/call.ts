/**
 * A client that knows nothing of a mesh: `call.ts URL [HEADER=VALUE…]`. `tcp://HOST:PORT` greets and prints the answer, `quiet://HOST:PORT` waits
 * for the server to speak first.
 */
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';

const [url = '', ...headers] = process.argv.slice(2);
const { protocol, hostname, port } = new URL(url);
if (protocol !== 'http:') {
  const { address } = await lookup(hostname);
  const socket = connect({ host: address, port: Number(port) });
  if (protocol === 'tcp:') socket.write('hello\n');
  let said = '';
  socket.on('data', (chunk) => {
    said += chunk.toString();
  });
  socket.on('error', (error) => console.log(`failed: ${error.message}`));
  socket.on('close', () => console.log(`${address}: ${said.trim() === '' ? 'nothing' : said.trim()}`));
} else {
  const pairs = headers.map((header): [string, string] => {
    const at = header.indexOf('=');
    return [header.slice(0, at), header.slice(at + 1)];
  });
  try {
    const response = await fetch(url, { headers: pairs });
    console.log(`${response.status} ${await response.text()}`);
  } catch (error) {
    console.log(`failed: ${error instanceof Error && error.cause instanceof Error ? error.cause.message : error}`);
  }
}
