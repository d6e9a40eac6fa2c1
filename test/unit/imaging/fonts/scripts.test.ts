import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { tempDirectoryForTest } from '../../../support/temp.ts';

const source = (name: string): string =>
  JSON.stringify(new URL(`../../../../src/imaging/${name}.ts`, import.meta.url));

test('our fonts have the scripts of Europe and the Near East, and no other', async () => {
  // In a process of its own, because fontconfig reads its settings once.
  const program = `
    const { prepareFonts } = await import(${source('fonts/fonts')});
    const { createRasterizer } = await import(${source('raster')});
    const { testScripts } = await import(${source('fonts/scripts')});
    const fonts = await prepareFonts(process.argv[1], []);
    console.log(JSON.stringify(await testScripts(await createRasterizer(fonts, 60))));`;
  const args = ['--input-type=module', '-e', program, await tempDirectoryForTest()];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(JSON.parse(stdout)).toEqual({
    drawn: ['Latin', 'Cyrillic', 'Greek', 'Arabic', 'Hebrew'],
    missing: ['Chinese', 'Japanese', 'Korean', 'Devanagari', 'Thai', 'emoji'],
  });
});
