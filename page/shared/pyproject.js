/** A table's header, or a key that a value follows. */
const FIRST_LINE = /^(?:\[[\w.\s"'-]+\]\s*(?:#.*)?|[\w."'-]+\s*=.*)$/;
const HEADER = /^\[\s*([\w.\s"'-]+?)\s*\]\s*(?:#.*)?$/;
const NAME_KEY = /^(?:name|"name"|'name')\s*=\s*(.*)$/;
const STRING = /^(?:"([^"\\]*)"|'([^']*)')\s*(?:#.*)?$/;
const TABLES = new Set(['project', 'tool.poetry']);

/**
 * Whether a text is TOML rather than prose: its first line that is no comment is a table's header or a key.
 * @param {string} text
 */
export function looksLikeToml(text) {
  const first = text
    .split('\n')
    .find((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  return first !== undefined && FIRST_LINE.test(first.trim());
}

/**
 * Returns the project's name in a `pyproject.toml` (PEP 621, or Poetry's table), or a sentence that says why there is
 * none.
 * @param {string} text
 * @returns {{ name: string } | { reason: string }}
 */
export function readProjectName(text) {
  let table = '';
  /** The quotes of a text of several lines in which the line begins. */
  let quotes = '';
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    const isText = quotes !== '';
    quotes = openQuotes(raw, quotes);
    if (isText) continue;
    table = tableOf(line) ?? table;
    const value = valueOfName(line, table);
    if (value === undefined) continue;
    const string = STRING.exec(value);
    if (string === null)
      return { reason: `The name in line ${index + 1} is not a text in quotes.` };
    return { name: string[1] ?? string[2] ?? '' };
  }
  return { reason: 'This file names no project: it has no “name” in the table “project”.' };
}

/** @param {string} line */
function tableOf(line) {
  const header = HEADER.exec(line)?.[1];
  return header?.replace(/["'\s]/g, '');
}

/**
 * @param {string} line
 * @param {string} table
 */
function valueOfName(line, table) {
  if (TABLES.has(table)) return NAME_KEY.exec(line)?.[1];
  if (table !== '') return undefined;
  return /^project\s*\.\s*name\s*=\s*(.*)$/.exec(line)?.[1];
}

/**
 * Returns the quotes of the text of several lines that is open after the line.
 * @param {string} line
 * @param {string} open
 */
function openQuotes(line, open) {
  let quotes = open;
  for (const [found] of line.matchAll(/"""|'''/g)) {
    if (quotes === '') quotes = found;
    else if (quotes === found) quotes = '';
  }
  return quotes;
}
