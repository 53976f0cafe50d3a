/** `lookup.ts HOST PORT`: connects there, is redirected to its own server at 15001, and prints where it wanted to go and what asking costs. */
import { connect, createServer } from 'node:net';
import { socketOptions } from '@weft/proxy/socket-options';

const ASKED = 2000;
const [host = '', port = '0'] = process.argv.slice(2);
const options = socketOptions();
if (!options.ok) throw new Error(options.cause);
const server = createServer((socket) => {
  const { host: wanted, port: at } = options.value.originalDestination(socket) ?? { host: 'nowhere', port: 0 };
  const before = performance.now();
  for (let i = 0; i < ASKED; i++) options.value.originalDestination(socket);
  const microseconds = ((performance.now() - before) * 1000) / ASKED;
  console.log(`${wanted} ${at} ${microseconds.toFixed(2)} µs`);
  socket.destroy();
  server.close();
});
server.listen(15_001, '::', () => {
  const client = connect({ host, port: Number(port) });
  client.on('error', (error) => console.log(error.message));
  client.on('close', () => client.destroy());
});
