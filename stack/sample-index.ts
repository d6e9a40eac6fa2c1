// Runs the sample index, a small PyPI and pypistats.org, with a page that shows every badge.
import closeWithGrace from 'close-with-grace';
import { z } from 'zod';
import { renderGallery } from '../sample/gallery/page.ts';
import { sampleProjects } from '../sample/projects/sample-projects.ts';
import { createStandIn } from '../sample/stand-in.ts';

const { SAMPLE_PORT, BADGES_URL } = z
  .object({ SAMPLE_PORT: z.coerce.number().int(), BADGES_URL: z.url() })
  // oxlint-disable-next-line node/no-process-env -- a program of its own
  .parse(process.env);
const gallery = renderGallery(BADGES_URL);
const standIn = createStandIn({
  projects: sampleProjects,
  port: SAMPLE_PORT,
  homePage: () => gallery,
});
await standIn.listen();
closeWithGrace(() => standIn.close());
