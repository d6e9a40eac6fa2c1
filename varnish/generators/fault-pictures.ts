// Writes rules/fault-pictures.vcl: the badges that the edge serves itself, with the same bytes as the API.
//   node varnish/generators/fault-pictures.ts
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeSpec } from '../../src/badges/compose.ts';
import { type Fault, FAULTS } from '../../src/errors.ts';
import { worldSeconds } from '../../src/http/headers.ts';
import { createImaging, type Imaging } from '../../src/imaging/imaging.ts';
import { drawSvg } from '../../src/imaging/svg.ts';

/** Faults that the edge answers without the API. */
const EDGE_FAULTS: ReadonlySet<string> = new Set([
  'invalid-name',
  'no-badge',
  'method-not-allowed',
  'limited',
  'unavailable',
]);
const DEFAULT_LABEL = 'pypi';
const HEAD =
  '# Generated from src/errors.ts by `make docs`: change that file instead.\nimport blob;\n';

/** Returns the VCL with one sub per fault, which contains its badge as SVG, PNG and JSON. */
export async function renderFaultPictures(): Promise<string> {
  const directory = join(tmpdir(), 'pypins-fault-pictures');
  const imaging = await createImaging({ directory, concurrency: 1, queueLimit: 8 });
  const faults = Object.entries<Fault>(FAULTS).filter(([code]) => EDGE_FAULTS.has(code));
  const subs = [HEAD];
  // One at a time: the drawing queue drops what waits for a second, which happens on a busy machine.
  for (const [code, fault] of faults) subs.push(await renderFault(code, fault, imaging));
  return subs.join('\n');
}

async function renderFault(code: string, fault: Fault, imaging: Imaging): Promise<string> {
  const name = code.replaceAll('-', '_');
  const { message, color } = fault;
  const label = fault.label ?? DEFAULT_LABEL;
  const spec = composeSpec({ label, message, color }, { style: 'flat' });
  const cacheSeconds = worldSeconds(fault.cacheClass, 0);
  const svg = drawSvg(spec);
  const png = await imaging.draw(spec, 'png', 1);
  const json = JSON.stringify({
    schemaVersion: 1,
    label: spec.label,
    message: spec.message,
    color: spec.color,
    isError: true,
    cacheSeconds,
  });
  return `sub vcl_init {
  new ${name}_png = blob.blob(BASE64, "${png.toString('base64')}");
}

sub fault_${name} {
  set resp.http.Cache-Control = "public, max-age=${cacheSeconds}";
  set resp.http.X-Badge-Status = "${fault.verdict}";
  if (resp.http.Content-Type ~ "svg") {
    set resp.body = ${longString(svg)};
  } elsif (resp.http.Content-Type ~ "png") {
    set resp.body = ${name}_png.get();
  } else {
    set resp.body = ${longString(json)};
  }
}
`;
}

/** Returns the text as a long string of VCL. Throws if it contains the end mark. */
function longString(text: string): string {
  if (text.includes('"}')) throw new Error('the text contains the end of a long string of VCL');
  return `{"${text}"}`;
}

if (import.meta.main) {
  const file = new URL('../rules/fault-pictures.vcl', import.meta.url);
  await writeFile(file, await renderFaultPictures());
}
