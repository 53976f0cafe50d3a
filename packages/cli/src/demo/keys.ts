import type { CliContext } from '../command/context.ts';
import type { LoadGenerator } from './load-generator.ts';

const CTRL_C = '\u0003';

/** On a terminal: `l` switches the load, `q` and Ctrl-C stop. Returns the function that gives the terminal back. */
export function listenToKeys(
  cli: CliContext,
  actions: { readonly load: LoadGenerator; readonly stop: () => void },
): () => void {
  const { stdin } = cli;
  if (stdin.isTTY !== true || !cli.out.isTerminal) return () => undefined;
  const onKey = (key: string): void => {
    // In raw mode the terminal hands Ctrl-C over as a character instead of sending the signal.
    if (key === CTRL_C || key === 'q') actions.stop();
    if (key !== 'l') return;
    if (actions.load.running) actions.load.stop();
    else actions.load.start();
    cli.out.write(`→ load ${actions.load.running ? 'on' : 'off'}\n`);
  };
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdin.on('data', onKey);
  return () => {
    stdin.off('data', onKey);
    stdin.setRawMode(false);
    stdin.pause();
  };
}
