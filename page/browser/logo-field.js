import { element } from './elements.js';
import { loadLogoNames, shrinkImage } from './logo.js';

/**
 * Serves the fields of the logo, if the form has them. `onChange` is called when a picture has been chosen.
 * @param {() => void} onChange
 * @param {{ look: (url: string) => Promise<{ verdict: string, namedLogo: string | undefined }> }} twins
 */
export function watchLogo(onChange, twins) {
  const field = document.querySelector('#field-logo');
  const file = document.querySelector('#logo-file');
  if (!(field instanceof HTMLInputElement) || !(file instanceof HTMLInputElement)) return;
  const status = element('logo-status', HTMLElement);
  field.addEventListener('focus', () => void loadLogoNames(), { once: true });
  const checkName = async () => {
    status.textContent = await wordsOf(field.value, twins);
  };
  const readFile = async () => {
    const [chosen] = file.files ?? [];
    const url = chosen && (await shrinkImage(chosen));
    status.textContent =
      url === undefined
        ? 'This file is no picture that the browser can read.'
        : `The picture takes ${url.length} characters of each URL.`;
    if (url === undefined) return;
    field.value = url;
    onChange();
  };
  field.addEventListener('change', () => void checkName());
  file.addEventListener('change', () => void readFile());
}

/**
 * Returns what is so about a name of a logo; the service ignores those that it does not know.
 * @param {string} name
 * @param {Parameters<typeof watchLogo>[1]} twins
 */
async function wordsOf(name, twins) {
  if (name === '' || name.startsWith('data:')) return '';
  const query = new URLSearchParams({ message: 'logo', logo: name });
  const { verdict, namedLogo } = await twins.look(`/static/v1.json?${query}`);
  return verdict === 'ok' && namedLogo === undefined
    ? `Simple Icons has no logo “${name}” any more, or never had: badges show none.`
    : '';
}
