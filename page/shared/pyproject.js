const STRING = /^(?:"([^"\\]*)"|'([^']*)')\s*(?:#.*)?$/;
const HEADER = /^\[\[?([^[\]]+)\]\]?\s*(?:#.*)?$/;
const TABLES = new Set(['project', 'tool.poetry']);

/**
 * Whether a text is TOML rather than prose: its first line that is no comment is a table's header or a key.
 * @param {string} text
 */
export function looksLikeToml(text) {
  const first = text
    .split('\n')
    .find((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  return first !== undefined && (tableOf(first.trim()) ?? entryOf(first.trim())) !== undefined;
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

/**
 * Returns the name of the table, or of the array of tables, whose header the line is.
 * @param {string} line
 */
function tableOf(line) {
  const [, key] = HEADER.exec(line) ?? [];
  return key === undefined ? undefined : plainKey(key);
}

/**
 * Returns the key and the value of an entry.
 * @param {string} line
 */
function entryOf(line) {
  const [left = '', ...right] = line.split('=');
  const [key, value] = [plainKey(left), right.join('=').trim()];
  // `name==1.0` is a requirement.
  const isEntry = right.length > 0 && !value.startsWith('=') && /^[\w.-]+$/.test(key);
  return isEntry ? { key, value } : undefined;
}

/**
 * @param {string} line
 * @param {string} table
 */
function valueOfName(line, table) {
  const entry = entryOf(line);
  const name = table === '' ? 'project.name' : 'name';
  return (table === '' || TABLES.has(table)) && entry?.key === name ? entry.value : undefined;
}

/**
 * A key without quotes and spaces.
 * @param {string} key
 */
function plainKey(key) {
  return key.replace(/["'\s]/g, '');
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
