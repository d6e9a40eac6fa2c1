/**
 * Returns the element with an id, which must be of a type.
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function element(id, type) {
  const found = document.querySelector(`#${id}`);
  if (found instanceof type) return found;
  throw new Error(`no element ${id}`);
}

/**
 * Returns the first element in another that matches a selector, which must be of a type.
 * @template {Element} T
 * @param {ParentNode} parent
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T}
 */
export function find(parent, selector, type) {
  const found = parent.querySelector(selector);
  if (found instanceof type) return found;
  throw new Error(`no element ${selector}`);
}
