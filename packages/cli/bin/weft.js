#!/usr/bin/env node
// Replaced by the launcher that re-executes on the pinned Node.
import('../src/main.ts');
