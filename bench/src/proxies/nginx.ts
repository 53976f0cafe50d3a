import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, LOAD_CORE, PROXY_CORE, type Running, startPinned, untilListening } from '../measure/running.ts';

export interface Started extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
}

function started(running: Running, port: number): Started {
  return { pid: running.pid, port, [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() };
}

/** One worker, logging to nowhere, paths below `folder`. */
function config(folder: string, port: number, http: string, server: string, listen: string): string {
  return `
daemon off;
user ${process.getuid?.() === 0 ? 'root' : 'nobody'};
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log warn;
events { worker_connections 16384; }
http {
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 3600s;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  ${http}
  server { listen 127.0.0.1:${port}${server.includes('ssl_certificate') ? ' ssl' : ''}${listen} reuseport backlog=4096; ${server} }
}
`;
}

async function start(
  core: number,
  program: string,
  folder: string,
  http: string,
  server: string,
  listen = '',
): Promise<Started> {
  const port = await freePort();
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, config(folder, port, http, server, listen));
  const running = startPinned(core, program, ['-c', file, '-p', folder, '-e', join(folder, 'error.log')]);
  await untilListening(running, port, 'nginx');
  return started(running, port);
}

/** Where TLS is spoken: by clients of the proxy, or by the backend. */
export type TlsSide = 'none' | 'downstream' | 'upstream';

/** Files of the certificate that the server's side shows. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

function shows(files: CertificateFiles | undefined): string {
  if (files === undefined) return '';
  return `ssl_certificate ${files.certificate}; ssl_certificate_key ${files.key}; ssl_protocols TLSv1.2 TLSv1.3;`;
}

/** What answers: a small fixed response, on the load's core. nginx, because a cheaper answer leaves more of that core to the load. */
export function startBackend(
  program: string,
  folder: string,
  bodyBytes: number,
  tls?: CertificateFiles,
): Promise<Started> {
  const body = 'x'.repeat(bodyBytes);
  return start(
    LOAD_CORE,
    program,
    join(folder, 'backend'),
    '',
    `${shows(tls)} location / { default_type text/plain; return 200 "${body}"; }`,
  );
}

/** The same as startBackend, over HTTP/2 with prior knowledge. */
export function startHttp2Backend(program: string, folder: string, bodyBytes: number): Promise<Started> {
  const body = 'x'.repeat(bodyBytes);
  const location = `location / { default_type text/plain; return 200 "${body}"; }`;
  return start(LOAD_CORE, program, join(folder, 'backend'), '', location, ' http2');
}

/** Answers with a file of so many bytes, from the page cache. */
export function startFileBackend(program: string, folder: string, bodyBytes: number): Promise<Started> {
  const root = join(folder, 'files');
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'body'), Buffer.alloc(bodyBytes, 'x'));
  return start(
    LOAD_CORE,
    program,
    join(folder, 'backend'),
    'sendfile on;',
    `root ${root}; location / { try_files /body =404; }`,
  );
}

/** nginx as a reverse proxy with kept-alive connections to the backend. */
export function startNginx(
  program: string,
  folder: string,
  backendPort: number,
  side: TlsSide = 'none',
  tls?: CertificateFiles,
): Promise<Started> {
  // Responses larger than the buffers would otherwise go through files, which costs nginx more than forwarding them.
  const upstream = `proxy_max_temp_file_size 0; upstream backend { server 127.0.0.1:${backendPort}; keepalive 64; keepalive_requests 1000000000; keepalive_timeout 3600s; }`;
  const scheme = side === 'upstream' ? 'https' : 'http';
  const server = side === 'downstream' ? shows(tls) : '';
  const location =
    server +
    `location / { proxy_pass ${scheme}://backend; proxy_ssl_session_reuse on; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; }`;
  return start(PROXY_CORE, program, join(folder, 'nginx'), upstream, location);
}
