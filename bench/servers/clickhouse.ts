// ClickHouse with a month of downloads of 800,000 projects, ten rows of each in the finest table, behind its HTTP interface.
import { dayOf } from '../../src/downloads/days.ts';
import { startRanges } from '../../src/downloads/load/ranges.ts';
import { startClickHouse } from '../../test/support/clickhouse/engine.ts';
import { createStatements, insertStatements } from '../../test/support/clickhouse/rows.ts';

const PROJECTS = 800_000;
const ROWS_EACH = 10;
const FINEST = 'pypi.pypi_downloads_per_day_by_version_by_installer_by_type';

const yesterday = dayOf(Date.now(), -1);
/** As many projects in each range of names: `plum0a1b2c3d4e5`, of 15 characters. */
const words = startRanges().map(({ from }) => `'${from}'`);
const project = `substring(concat([${words.join(', ')}][1 + n % ${words.length}], lower(hex(sipHash64(n)))), 1, 15)`;
/** Most have few downloads, and some have many. */
const downloads = 'toInt64(exp2(sipHash64(n, 1) % 14)) + row';
const installer = `['pip', 'uv', 'pip', '', 'bandersnatch'][1 + row % 5]`;

const engine = await startClickHouse(Number(process.env['PORT']));
engine.run(
  ...createStatements(),
  `INSERT INTO ${FINEST} (project, version, date, installer, type, count)
   SELECT ${project}, '1.0', toDate('${yesterday}') - row * 3, ${installer}, 'bdist_wheel', ${downloads}
   FROM (SELECT intDiv(number, ${ROWS_EACH}) AS n, number % ${ROWS_EACH} AS row FROM numbers(${PROJECTS * ROWS_EACH}))`,
  ...insertStatements(
    Array.from({ length: 40 }, (_, i) => ({
      project: 'requests',
      date: dayOf(Date.parse(yesterday), -i),
      count: 1_000,
    })),
  ),
);
