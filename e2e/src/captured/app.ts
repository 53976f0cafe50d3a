/**
 * An application that knows nothing of a mesh: `app.ts NAME HTTP_PORT TCP_PORT` answers HTTP with its name and who it thinks called, and
 * greets TCP clients before they have said anything, also on the port after, which no service names.
 */
import { createServer } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';

const [name = '', httpPort = '0', tcpPort = '0'] = process.argv.slice(2);
const http = createServer((request, response) => response.end(`${name} from ${request.socket.remoteAddress}`));
function greet(socket: Socket): void {
  socket.on('error', () => socket.destroy());
  socket.resume();
  socket.end(`hello, this is ${name}\n`);
}

const tcp = createTcpServer(greet);
const undeclared = createTcpServer(greet);
http.listen(Number(httpPort), '0.0.0.0', () =>
  tcp.listen(Number(tcpPort), '0.0.0.0', () =>
    undeclared.listen(Number(tcpPort) + 1, '0.0.0.0', () => console.log('listening')),
  ),
);
