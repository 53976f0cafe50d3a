/** Admin paths of Envoy that this proxy has not, each with the reason and what to use instead. */
export const UNSUPPORTED: Readonly<Record<string, string>> = {
  '/allocprofiler': 'there is no allocation profiler; node --heap-prof of the process writes a heap profile',
  '/cpuprofiler': 'there is no CPU profiler; node --cpu-prof of the process writes a CPU profile',
  '/heap_dump': 'there is no heap dump; node --heapsnapshot-signal of the process writes a heap snapshot',
  '/heapprofiler': 'there is no heap profiler; node --heap-prof of the process writes a heap profile',
  '/hot_restart_version':
    'a successor takes over sockets and no shared memory, so there is no version that both must agree on',
  '/peak_heap_dump': 'there is no heap dump; node --heapsnapshot-signal of the process writes a heap snapshot',
  '/runtime_modify': 'this proxy reads no runtime: the defaults that stand in the configuration are in force',
  '/stats/recentlookups': 'names of statistics are not looked up while requests pass, so there are no lookups to show',
  '/stats/recentlookups/clear': 'names of statistics are not looked up while requests pass',
  '/stats/recentlookups/disable': 'names of statistics are not looked up while requests pass',
  '/stats/recentlookups/enable': 'names of statistics are not looked up while requests pass',
  '/tap': 'this proxy cannot tap requests; access logs and `weft explain` show what became of one',
};
