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
 * Returns the name of the table whose header the line is.
 * @param {string} line
 */
function tableOf(line) {
  const end = line.indexOf(']');
  const rest = line.slice(end + 1).trim();
  const isHeader = line.startsWith('[') && end > 1 && (rest === '' || rest.startsWith('#'));
  return isHeader ? plainKey(line.slice(1, end)) : undefined;
}

/**
 * Returns the key and the value of an entry.
 * @param {string} line
 */
function entryOf(line) {
  const [left = '', ...right] = line.split('=');
  const key = plainKey(left);
  return right.length > 0 && /^[\w.-]+$/.test(key)
    ? { key, value: right.join('=').trim() }
    : undefined;
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
