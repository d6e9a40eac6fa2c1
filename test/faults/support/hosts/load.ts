// Asks a host for badges, one after the other, until SIGTERM; then prints what came of it. A program of its own, because
// the host has a network of its own.
import { startLoad } from '../../../support/load/load.ts';

const load = startLoad(
  'https://127.0.0.1',
  (number) => `/version/flask/badge.svg?label=${number % 50}`,
  { clients: 4, maxRequests: Infinity, restMs: 20 },
);
process.once('SIGTERM', () => {
  void load.stop().then((report) => process.stdout.write(JSON.stringify(report)));
});
