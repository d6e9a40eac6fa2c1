#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { limitHeap } from './heap.ts';

// Before anything large is loaded, since it may start the process anew.
limitHeap();
// Stripping the types of all files takes a quarter of a second: once is enough.
enableCompileCache();
const { run } = await import('./program.ts');
await run();
