import { element } from './elements.js';

const MAX_CHARACTERS = 8_192;
/** Sides in pixels, the largest first; a logo is drawn with 14. */
const SIDES = [56, 42, 28, 14];

/**
 * Makes a picture so small that it fits into a URL.
 * @param {Blob} file
 * @returns {Promise<string | undefined>} a `data:` URL; undefined if it is no picture
 */
export async function shrinkImage(file) {
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    return SIDES.map((side) => draw(image, side)).find((text) => text.length <= MAX_CHARACTERS);
  } catch {
    return undefined;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/**
 * @param {HTMLImageElement} image
 * @param {number} side
 */
function draw(image, side) {
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  // An SVG without a size has none.
  const { naturalWidth: width, naturalHeight: height } = image;
  const scale = side / Math.max(width, height, 1);
  const [drawnWidth, drawnHeight] = width === 0 ? [side, side] : [width * scale, height * scale];
  const context = canvas.getContext('2d');
  context?.drawImage(
    image,
    (side - drawnWidth) / 2,
    (side - drawnHeight) / 2,
    drawnWidth,
    drawnHeight,
  );
  return canvas.toDataURL('image/png');
}

/** Fills the suggestions for names of logos, once. */
export async function loadLogoNames() {
  const list = element('logos', HTMLDataListElement);
  if (list.children.length > 0) return;
  const response = await fetch(new URL('../logos.json', import.meta.url));
  if (!response.ok) return;
  /** @type {unknown} */
  const names = await response.json();
  if (!Array.isArray(names)) return;
  list.replaceChildren(
    ...names.map((name) => {
      const option = document.createElement('option');
      option.value = String(name);
      return option;
    }),
  );
}
