import { systemClock, systemRandom } from '@weft/base';
import { type CliContext, type StopSignal, type TextOutput, wantsColour } from './context.ts';

const STOP_SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

function outputTo(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): TextOutput {
  const isTerminal = stream.isTTY === true;
  // `weft get | head` closes the pipe early; that is the reader's right and no error of ours.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return {
    isTerminal,
    colour: wantsColour(isTerminal, env),
    get columns() {
      return stream.columns ?? 120;
    },
    write: (text) => void stream.write(text),
  };
}

/** The context of the real process. */
export function processContext(process: NodeJS.Process): CliContext {
  return {
    env: process.env,
    cwd: process.cwd(),
    platform: process.platform,
    clock: systemClock,
    random: systemRandom(),
    stdin: process.stdin,
    out: outputTo(process.stdout, process.env),
    err: outputTo(process.stderr, process.env),
    onExit(run) {
      process.on('exit', run);
      return () => void process.off('exit', run);
    },
    stay() {
      // biome-ignore lint/style/noRestrictedGlobals: it measures nothing; it is the handle that keeps the process
      const timer = setInterval(() => undefined, 2 ** 30);
      return () => clearInterval(timer);
    },
    onStop(run) {
      const handlers = STOP_SIGNALS.map((signal) => [signal, () => run(signal)] as const);
      for (const [signal, handler] of handlers) process.on(signal, handler);
      return () => {
        for (const [signal, handler] of handlers) process.off(signal, handler);
      };
    },
  };
}
