import { COLOR_NAMES, normalizeColor, PALETTE } from '../../src/imaging/color.ts';
import { sub } from './rule.ts';

const HEAD = `# Generated from src/imaging/color.ts by \`make docs\`: change that file instead.
#
# These subs look the variable "value" up in a table behind it; a value that is not there becomes empty.
import var;
`;

/** Returns the VCL with the names of colors, and with the colors that have one. */
export function renderColorRules(): string {
  const names = COLOR_NAMES.map((name): [string, string] => [
    name,
    (normalizeColor(name) ?? '').replace('#', ''),
  ]);
  const colors = [...PALETTE].map(([name, hex]): [string, string] => [hex.replace('#', ''), name]);
  return [
    HEAD,
    sub('color_by_name', lookUp(names)),
    '# Pictures show a color of the palette and its hex digits alike.',
    sub('color_by_digits', lookUp(colors)),
  ].join('\n');
}

function lookUp(entries: readonly (readonly [string, string])[]): string[] {
  const table = entries.map((entry) => entry.join('=')).join('|');
  return [
    `var.set("value", regsub(var.get("value") + " |${table}|", "^([^ ]+) .*\\|\\1=([^|]+).*$", "\\2"));`,
    'if (var.get("value") ~ " ") {',
    '  var.set("value", "");',
    '}',
  ];
}
