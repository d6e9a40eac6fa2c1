import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './deployed.ts';

/** What this machine has no systemd, no cluster, no rights and no network for: each is noted instead. */
const NOTED = ['apt-get', 'make', 'systemctl', 'pypins', 'docker', 'kubectl'];

/** Returns the shell blocks of a section of a document, in order, without their indentation. */
export function blocksOf(heading: string, document = 'deploy/README.md'): string[] {
  const [, after = ''] = readFileSync(join(ROOT, document), 'utf8').split(`\n${heading}\n`);
  const [section = ''] = after.split(/\n#{2,3} /);
  return [...section.matchAll(/^( *)```sh\n([^]*?)^ *```$/gm)].map(([, indent = '', block = '']) =>
    block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
}

/** A machine below a directory, where the document's blocks run. */
export interface Machine {
  /** Runs a block as root would: with absolute paths below the directory, and some programs only noted. */
  readonly run: (block: string, variables?: Readonly<Record<string, string>>) => Promise<string>;
  /** The calls of the programs that are only noted, in order. */
  readonly noted: () => string[];
  readonly path: (file: string) => string;
  readonly read: (file: string) => string;
}

export function createMachine(directory: string): Machine {
  const notes = join(directory, 'notes');
  const programs = join(directory, 'programs');
  const path = (file: string): string => join(directory, file);
  mkdirSync(programs);
  writeFileSync(notes, '');
  for (const name of NOTED) {
    writeFileSync(join(programs, name), `#!/bin/sh\necho "${name} $*" >>'${notes}'\n`);
    chmodSync(join(programs, name), 0o755);
  }
  for (const folder of ['opt', 'usr/local/bin', 'etc/systemd/system', 'etc/redis', 'etc/varnish'])
    mkdirSync(path(folder), { recursive: true });
  return {
    path,
    read: (file) => readFileSync(path(file), 'utf8'),
    noted: () => readFileSync(notes, 'utf8').split('\n').filter(Boolean),
    async run(block, variables = {}) {
      const here = block.replaceAll(/(?<![\w.])\/(opt|etc|usr\/local)\//g, `${directory}/$1/`);
      const env = { ...variables, PATH: `${programs}:${process.env['PATH']}:/usr/sbin` };
      const { stdout } = await promisify(execFile)('bash', ['--norc', '-euc', here], { env });
      return stdout;
    },
  };
}
