// Runs the sample index, a small PyPI and pypistats.org.
import closeWithGrace from 'close-with-grace';
import { z } from 'zod';
import { sampleProjects } from '../sample/projects/sample-projects.ts';
import { createStandIn } from '../sample/stand-in.ts';

const { SAMPLE_PORT } = z
  .object({ SAMPLE_PORT: z.coerce.number().int() })
  // oxlint-disable-next-line node/no-process-env -- a program of its own
  .parse(process.env);
const standIn = createStandIn({ projects: sampleProjects, port: SAMPLE_PORT });
await standIn.listen();
closeWithGrace(() => standIn.close());
