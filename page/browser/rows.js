/** @import { Row } from '../types.ts' */
import { element, find } from './elements.js';

/**
 * Shows badges: those that stand there already are changed in place, so that nothing moves.
 * @param {readonly Row[]} rows
 */
export function showRows(rows) {
  const main = rows.filter(({ isFramework }) => !isFramework);
  const frameworks = rows.filter(({ isFramework }) => isFramework);
  showIn(element('rows', HTMLUListElement), main);
  showIn(element('framework-rows', HTMLUListElement), frameworks);
  element('frameworks', HTMLDetailsElement).hidden = frameworks.length === 0;
}

/**
 * Shows what a badge says, as text.
 * @param {string} key
 * @param {string} text
 */
export function showSaying(key, text) {
  const item = itemOf(key);
  if (item !== undefined) find(item, '.says', HTMLElement).textContent = text;
}

/** @param {string} key */
function itemOf(key) {
  return [...document.querySelectorAll('li.row')].find(
    (item) => item instanceof HTMLElement && item.dataset['key'] === key,
  );
}

/**
 * @param {HTMLUListElement} list
 * @param {readonly Row[]} rows
 */
function showIn(list, rows) {
  const items = rows.map((row) => fill(itemOf(row.key) ?? createItem(row.key), row));
  const isSame =
    items.length === list.children.length && items.every((item, i) => item === list.children[i]);
  if (!isSame) list.replaceChildren(...items);
}

/** @param {string} key */
function createItem(key) {
  const template = find(element('row', HTMLTemplateElement).content, 'li', HTMLElement);
  const row = document.importNode(template, true);
  row.dataset['key'] = key;
  return row;
}

/**
 * @param {Element} item
 * @param {Row} row
 */
function fill(item, { title, image, height, snippet = '', notes }) {
  const picture = find(item, '.picture', HTMLElement);
  const copy = find(item, '.copy', HTMLButtonElement);
  find(item, 'h2', HTMLElement).textContent = title;
  find(item, '.snippet code', HTMLElement).textContent = snippet;
  find(copy, '.unseen', HTMLElement).textContent = ` ${title}`;
  copy.hidden = image === undefined;
  if (image === undefined) picture.replaceChildren();
  else showPicture(picture, image, title, height);
  find(item, '.notes', HTMLElement).replaceChildren(
    ...notes.map((note) => {
      const line = document.createElement('li');
      line.textContent = note;
      return line;
    }),
  );
  return item;
}

/**
 * @param {HTMLElement} parent
 * @param {string} image
 * @param {string} title
 * @param {number} height
 */
function showPicture(parent, image, title, height) {
  const picture = parent.querySelector('img') ?? document.createElement('img');
  if (picture.getAttribute('src') !== image) picture.src = image;
  picture.alt = `The badge: ${title}`;
  picture.height = height;
  if (picture.parentNode === null) parent.append(picture);
}
