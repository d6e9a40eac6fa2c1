#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { limitHeap } from './heap.ts';

// Before anything large is loaded, since it may start the process anew.
limitHeap();
// Stripping the types of all files takes a quarter of a second and 25 MB: once is enough.
enableCompileCache();
const { run } = await import('./program.ts');
await run();
