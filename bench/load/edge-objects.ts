import { Agent } from 'undici';
import type { Figure } from '../report/figures.ts';
import type { Edge } from '../traffic/edge.ts';

/** Numbers of what nobody can list: unknown colors, cache lengths. */
const MANY = Array.from({ length: 100 }, (_, number) => number);

/** Pictures, each by the URLs that people and attackers have for it. */
const PICTURES: readonly (readonly string[])[] = [
  ['red', 'Red', 'RED', 'critical', 'dd4343', 'DD4343', '%23dd4343', '%23DD4343', '+red', 'r%65d']
    .map((color) => `/version/spelled/badge.svg?color=${color}`)
    .concat('/version/spelled/badge.svg?colorB=red', '/version/Spelled/badge.SVG?x=1&color=red'),
  ['fff', 'FFF', 'ffffff', '%23fff', '%23FFFFFF', 'white', 'White'].map(
    (color) => `/version/spelled/badge.svg?color=${color}`,
  ),
  ['', 'label=pypi', 'period=week', 'scale=2', '%73cale=4', 'style=flat', 'strict=0', 'text=pypi']
    .concat(MANY.map((number) => `color=unknown-${number}`))
    .concat(MANY.map((number) => `cacheSeconds=${number}`))
    .map((query) => `/version/spelled/badge.svg?${query}`),
  MANY.map((number) => `/version/spelled/badge.svg?cacheSeconds=${3_600 + number}`),
];

/** How many objects the edge has of a picture, however it is asked for. */
export async function measureEdgeObjects(edge: Edge): Promise<Figure> {
  const agent = new Agent();
  const { objects: before } = await edge.stored();
  for (const path of PICTURES.flat()) {
    const { body } = await agent.request({ origin: edge.url, path, method: 'GET' });
    await body.dump();
  }
  await agent.close();
  const { objects } = await edge.stored();
  const each = (objects - before) / PICTURES.length;
  return {
    key: 'edge-objects',
    what: `objects at the edge for a picture that is asked for by ${Math.round(PICTURES.flat().length / PICTURES.length)} URLs`,
    measured: each.toFixed(1),
    goal: '1.0',
    met: each === 1,
  };
}
