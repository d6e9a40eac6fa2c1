/** @import { Catalog, State } from '../types.ts' */
import { find } from './elements.js';
import { darkParameters, NO_LABEL, readState } from '../shared/state.js';

/**
 * Reads what the form says.
 * @param {HTMLFormElement} form
 * @param {Catalog} catalog
 * @returns {State}
 */
export function readForm(form, catalog) {
  const pairs = [...new FormData(form)].flatMap(([name, value]) =>
    typeof value === 'string' && name !== 'project' ? [[name, value]] : [],
  );
  const { value } = find(form, '#project', HTMLTextAreaElement);
  return { ...readState(new URLSearchParams(pairs), catalog), text: value };
}

/**
 * Writes a state into the form.
 * @param {HTMLFormElement} form
 * @param {State} state
 * @param {Catalog} catalog
 */
export function fillForm(form, state, catalog) {
  const ours = [...darkParameters(catalog)].map(([name, of]) => [name, state.dark[of] ?? '']);
  const usual = catalog.parameters.map((each) => [
    each.name,
    state.values[each.name] ?? each.default ?? '',
  ]);
  const values = new Map([
    ...usual.map(([name = '', value = '']) => /** @type {const} */ ([name, value])),
    ...ours.map(([name = '', value = '']) => /** @type {const} */ ([name, value])),
    ['project', state.text],
    [NO_LABEL, state.values['label'] === '' ? '1' : ''],
    ['as', state.format],
    ['file', state.extension],
  ]);
  for (const control of form.elements) setValue(control, values);
}

/**
 * @param {Element} control
 * @param {ReadonlyMap<string, string>} values
 */
function setValue(control, values) {
  if (control instanceof HTMLInputElement && /^(?:radio|checkbox)$/.test(control.type)) {
    control.checked = values.get(control.name) === control.value;
  } else if (
    control instanceof HTMLInputElement ||
    control instanceof HTMLTextAreaElement ||
    control instanceof HTMLSelectElement
  ) {
    if (control.type !== 'file') control.value = values.get(control.name) ?? '';
  }
}
