const SHOWN_MS = 2_000;

/**
 * Copies a text, also where pages without TLS may not use the clipboard's API.
 * @param {string} text
 * @returns {Promise<boolean>} whether that worked
 */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** @param {string} text */
function copyBySelection(text) {
  const area = document.createElement('textarea');
  area.className = 'unseen';
  area.value = text;
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand('copy');
  area.remove();
  return isCopied;
}

/**
 * Copies a text when a button is pressed, and says so on the button.
 * @param {HTMLButtonElement} button
 * @param {string} text
 */
export async function copyFrom(button, text) {
  const isCopied = await copyText(text);
  button.focus();
  button.dataset['state'] = isCopied ? 'copied' : 'failed';
  setTimeout(() => delete button.dataset['state'], SHOWN_MS);
  return isCopied;
}
