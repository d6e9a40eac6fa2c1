#!/usr/bin/env node
import { enableCompileCache, flushCompileCache } from 'node:module';
import { limitHeap } from './heap.ts';

// Before anything large is loaded, since it may start the process anew.
limitHeap();
// Stripping the types of all files takes a quarter of a second: once is enough.
enableCompileCache();
const { run } = await import('./program.ts');
await run();
// Node writes it at the end, which kill -9 leaves out: the next start would take 20 MB more.
flushCompileCache();
