import { expect, test, vi } from 'vitest';
import { createLogos } from '../../../src/logos/logos.ts';

const svg = (radius: number): string =>
  `data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="${radius}"/></svg>`;
const refuse = (): never => {
  throw new Error('refused');
};

test('an icon costs the client nothing', async () => {
  const logo = await createLogos().find({ text: 'python', isAuto: false }, 'flat', refuse);
  expect(logo?.json).toEqual({ namedLogo: 'python' });
});

test('an image costs something until it is in memory', async () => {
  const logos = createLogos();
  const charge = vi.fn<(cost: number) => number>(() => 0);
  const first = await logos.find({ text: svg(1), isAuto: false }, 'flat', charge);
  expect(charge.mock.calls).toEqual([[4]]);
  const again = await logos.find({ text: svg(1), color: 'red', isAuto: true }, 'social', refuse);
  expect(again).toBe(first);
});

test('a refused image is remembered', async () => {
  const logos = createLogos();
  const request = { text: 'data:image/png;base64,AAAA', isAuto: false };
  expect(await logos.find(request, 'flat', () => 0)).toBeUndefined();
  expect(await logos.find(request, 'flat', refuse)).toBeUndefined();
});

test('an image is not read if the client may not', async () => {
  const logos = createLogos();
  await expect(logos.find({ text: svg(2), isAuto: false }, 'flat', refuse)).rejects.toThrow(
    'refused',
  );
});

test('a flood of images is refused with `busy`, and the clients with the lowest priority first', async () => {
  const logos = createLogos();
  const find = (i: number) => logos.find({ text: svg(i), isAuto: false }, 'flat', () => i);
  const outcomes = await Promise.allSettled(Array.from({ length: 100 }, (_, i) => find(i)));
  const isRefused = outcomes.map(({ status }) => status === 'rejected');
  expect(isRefused.slice(0, 30)).not.toContain(true);
  expect(isRefused.at(-1)).toBe(true);
  expect(outcomes.at(-1)).toMatchObject({ reason: { code: 'busy' } });
});

test('the same image in another spelling is the same logo', async () => {
  const logos = createLogos();
  const find = (text: string) => logos.find({ text, isAuto: false }, 'flat', () => 0);
  const base64 = Buffer.from(svg(3).replace(/^[^<]*/, '')).toString('base64');
  expect((await find(`image/svg+xml;base64,${base64}`))?.href).toBe((await find(svg(3)))?.href);
});
