/** @import { Catalog, Input, Row, State } from '../types.ts' */
import { readInput } from '../shared/input.js';
import { rowsOf, usualSnippets } from '../shared/rows.js';
import { readState, writeState } from '../shared/state.js';
import { copyFrom } from './copy.js';
import { element } from './elements.js';
import { fillForm, readForm } from './form.js';
import { watchLogo } from './logo-field.js';
import { showRows, showSaying } from './rows.js';
import { createTwins } from './twins.js';
import { WITHOUT_BADGES, wordsOf, wordsOfInput } from './words.js';

/** Nobody types a name's next letter later. */
const TYPING_MS = 400;
const CHOOSING_MS = 100;
/** A README may have a badge of many projects, each of which costs requests to PyPI. */
const MAX_TOLD = 40;

const form = element('form', HTMLFormElement);
const field = element('project', HTMLTextAreaElement);
const status = element('status', HTMLElement);
const frameworks = element('frameworks', HTMLDetailsElement);
/** @type {Catalog} */
// oxlint-disable-next-line typescript/no-unsafe-assignment -- the service wrote it into the page
const catalog = JSON.parse(element('catalog', HTMLScriptElement).textContent);
const twins = createTwins();

/** What is shown. */
const shown = {
  /** @type {readonly Row[]} */ rows: [],
  /** @type {Input} */ input: { type: 'empty' },
  search: '',
  words: '',
  timer: 0,
  abort: new AbortController(),
};

/** @param {string} text */
function say(text) {
  if (status.textContent !== text) status.textContent = text;
}

/**
 * Says what is shown, but not again: after a choice of style, that a badge was copied stays.
 * @param {string} words
 */
function announce(words) {
  if (words !== shown.words) say(words);
  shown.words = words;
}

/**
 * Reads the form and shows its badges. `history`: whether the page's address is a new one, or that of the last.
 * @param {'push' | 'replace' | 'keep'} history
 */
async function update(history) {
  clearTimeout(shown.timer);
  shown.abort.abort();
  const { signal } = (shown.abort = new AbortController());
  const state = readForm(form, catalog);
  const input = readInput(state.text, catalog, location.origin);
  writeAddress(input.type === 'project' ? { ...state, text: input.project } : state, history);
  const rows = rowsOf(input, state, catalog, location.origin);
  if (input.type !== 'project') {
    announce(wordsOfInput(input));
    show(input, rows, state);
    return tell(signal);
  }
  const [first] = rows;
  const twin = await twins.look(first?.twin ?? '');
  if (signal.aborted) return undefined;
  announce(wordsOf(input.project, twin));
  if (WITHOUT_BADGES.has(twin.verdict)) return show(input, [], state);
  show(input, rows, state);
  return tell(signal);
}

/**
 * @param {Input} input
 * @param {readonly Row[]} rows
 * @param {State} state
 */
function show(input, rows, state) {
  shown.rows = rows;
  shown.input = input;
  showRows(rows);
  element('empty', HTMLElement).hidden = rows.length > 0;
  element('block', HTMLElement).hidden = usualSnippets(rows, state) === '';
  element('document', HTMLElement).hidden = input.type !== 'document';
}

/**
 * Writes beside each badge what it says.
 * @param {AbortSignal} signal
 */
function tell(signal) {
  const rows = shown.rows
    .filter(({ isFramework }) => !isFramework || frameworks.open)
    .slice(0, MAX_TOLD);
  return twins.lookAll(rows, signal, ({ key }, { label, message }) => {
    showSaying(key, label === '' ? message : `${label}: ${message}`);
  });
}

/**
 * @param {State} state
 * @param {'push' | 'replace' | 'keep'} history
 */
function writeAddress(state, history) {
  const search = writeState(state, catalog);
  const isNew = history === 'push' && search !== shown.search;
  shown.search = search;
  if (history === 'keep') return;
  const address = `/${search}`;
  if (isNew) globalThis.history.pushState(null, '', address);
  else globalThis.history.replaceState(null, '', address);
}

/**
 * @param {number} delayMs
 * @param {'push' | 'replace'} history
 */
function updateSoon(delayMs, history) {
  clearTimeout(shown.timer);
  shown.timer = setTimeout(() => void update(history), delayMs);
}

/** A pasted file or address of a project leaves the name alone in the field. */
function shortenField() {
  const input = readInput(field.value, catalog, location.origin);
  if (input.type === 'project') field.value = input.project;
}

/**
 * Returns what a button copies, and the words for it.
 * @param {HTMLButtonElement} button
 */
function contentOf(button) {
  if (button.id === 'copy-block')
    return {
      text: usualSnippets(shown.rows, readForm(form, catalog)),
      words: 'Copied five badges.',
    };
  if (button.id === 'copy-document')
    return {
      text: shown.input.type === 'document' ? shown.input.text : '',
      words: 'Copied the whole text.',
    };
  const item = button.closest('li');
  const row = shown.rows.find(({ key }) => key === item?.dataset['key']);
  return { text: row?.snippet ?? '', words: `Copied the badge: ${row?.title ?? ''}.` };
}

field.addEventListener('input', () => updateSoon(TYPING_MS, 'push'));
field.addEventListener('paste', () => {
  setTimeout(() => {
    shortenField();
    void update('push');
  });
});
field.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  if (field.value.trim().includes('\n') && !event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  form.requestSubmit();
});
form.addEventListener('submit', (event) => {
  event.preventDefault();
  shortenField();
  void update('push');
});
form.addEventListener('input', (event) => {
  if (event.target !== field) updateSoon(CHOOSING_MS, 'replace');
});
form.addEventListener('click', (event) => {
  const button = event.target instanceof Element ? event.target.closest('button.copy') : null;
  if (!(button instanceof HTMLButtonElement)) return;
  const { text, words } = contentOf(button);
  void copyFrom(button, text).then((isCopied) =>
    say(isCopied ? words : 'The browser does not allow copying: please select the text.'),
  );
});
frameworks.addEventListener('toggle', () => void tell(shown.abort.signal));
addEventListener('popstate', () => {
  fillForm(form, readState(new URLSearchParams(location.search), catalog), catalog);
  void update('keep');
});
watchLogo(() => updateSoon(0, 'replace'), twins);

shown.search = location.search;
if (field.value.trim() !== '') void update('replace');
