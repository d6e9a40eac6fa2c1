import { EXTENSION_NAMES, formatOf } from '../../src/http/urls/paths.ts';
import { lettersBelowLarge } from '../../src/imaging/cost.ts';
import type { RasterFormat } from '../../src/imaging/raster.ts';
import type { Scale } from '../../src/imaging/spec.ts';
import { sub } from './rule.ts';

const HEAD = `# Generated from src/imaging/cost.ts by \`make docs\`: change that file instead.
import var;
`;
/** \`/badge/\`, a color and an extension: the least of a path that is not text. */
const PATH_OVERHEAD = '/badge/-x.gif'.length;
const SCALES: readonly Scale[] = [4, 3, 2, 1];

/**
 * Returns the VCL that sets the variable "large" to "yes" for a canonical URL whose picture may be large: path, label
 * and message have more letters than the limit of the format and scale. Logos are no letters; an escaped letter counts once.
 */
export function renderLargeRules(): string {
  const byFormat = Map.groupBy(EXTENSION_NAMES, rasterFormatOf);
  return [
    HEAD,
    sub('large_picture', [
      'var.set("large", "");',
      `if (req.url ~ "^[^?]*\\.(?i:${EXTENSION_NAMES.filter(isRaster).join('|')})(?:\\?|$)") {`,
      '  var.set("letters", regsub(req.url, "\\?.*", ""));',
      ...['label', 'message'].flatMap(lettersOf),
      '  var.set("letters", regsuball(var.get("letters"), "%[89ABab].", ""));',
      '  var.set("letters", regsuball(var.get("letters"), "%[0-9A-Fa-f]{2}", "x"));',
      ...[...byFormat].flatMap(([format, extensions]) =>
        format === undefined ? [] : linesOf(format, extensions),
      ),
      '}',
    ]),
  ].join('\n');
}

/** Adds the letters of a parameter. */
function lettersOf(name: string): string[] {
  const value = `^[^?]*[?](?:(?!${name}=)[^&]*&)*${name}=([^&]*)(?:&[^&]*)*$`;
  return [
    `  if (req.url ~ "${value}") {`,
    `    var.set("letters", var.get("letters") + regsub(req.url, "${value}", "\\1"));`,
    '  }',
  ];
}

function isRaster(extension: string): boolean {
  return rasterFormatOf(extension) !== undefined;
}

function rasterFormatOf(extension: string): RasterFormat | undefined {
  const format = formatOf(extension);
  return format === 'svg' || format === 'json' ? undefined : format;
}

function linesOf(format: RasterFormat, extensions: readonly string[]): string[] {
  const conditions = SCALES.map((scale) => {
    const letters = lettersBelowLarge(format, scale) + PATH_OVERHEAD;
    const isScaled = scale === 1 ? '' : `req.url ~ "[?&]scale=${scale}|@${scale}x" && `;
    return `${isScaled}var.get("letters") ~ "^.{${letters + 1}}"`;
  });
  return [
    `  if (req.url ~ "^[^?]*\\.(?i:${extensions.join('|')})(?:\\?|$)" && (${conditions.join(' || ')})) {`,
    '    var.set("large", "yes");',
    '  }',
  ];
}
