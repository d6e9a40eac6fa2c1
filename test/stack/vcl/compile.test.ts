import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { tempDirectoryForTest } from '../../support/temp.ts';
import { isMissing } from '../../support/programs.ts';

const EDGE = join(import.meta.dirname, '../../../varnish');
const SITES = readdirSync(join(EDGE, 'backends'));

describe.skipIf(isMissing('varnishd'))('varnishd', () => {
  test.each(SITES)('the VCL of the site “%s” compiles', async (site) => {
    const directory = await tempDirectoryForTest();
    const backends = await readFile(join(EDGE, 'backends', site, 'backends.vcl'), 'utf8');
    // Names are looked up when VCL is loaded, and those of a site mean nothing here.
    const here = backends.replace(/\.host = "[^"]+"/g, '.host = "127.0.0.1"');
    await writeFile(join(directory, 'backends.vcl'), here);
    const compile = promisify(execFile)(
      'varnishd',
      ['-j', 'none', '-C', '-n', directory, '-f', join(EDGE, 'default.vcl')].concat([
        '-p',
        `vcl_path=${directory}`,
      ]),
      { maxBuffer: 16 * 1024 * 1024 },
    );
    await expect(compile).resolves.toBeDefined();
  });
});
