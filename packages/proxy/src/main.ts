/** `node packages/proxy/src/main.ts --config bootstrap.json`: one data plane, until SIGTERM or SIGINT drains it. */
import { keepYoungGenerationSmall } from './young-generation.ts';

keepYoungGenerationSmall();
const { serveCommandLine } = await import('./command-line.ts');
serveCommandLine(process.argv.slice(2), process.env);
