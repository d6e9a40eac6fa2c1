import type { DownloadRow } from '../../../sample/clickhouse/tables.ts';

/** The tables of the public database that pypins reads, and how rows of the finest one come into the others. */
const TABLES: readonly (readonly [name: string, columns: string, key: string])[] = [
  ['pypi_downloads', 'project String', 'project'],
  ['pypi_downloads_per_day', 'date Date, project String', 'project, date'],
  [
    'pypi_downloads_per_day_by_version_by_installer_by_type',
    'project String, version String, date Date, installer String, type String',
    'project, version, date, installer',
  ],
  [
    'pypi_downloads_per_day_by_version_by_python',
    'date Date, project String, version String, python_minor String',
    'project, version, date, python_minor',
  ],
  [
    'pypi_downloads_per_day_by_version_by_system',
    'date Date, project String, version String, system String',
    'project, version, date, system',
  ],
];

/** The statements that make the tables, as ClickHouse's repository has them, in a database `pypi`. */
export function createStatements(): string[] {
  return [
    'CREATE DATABASE IF NOT EXISTS pypi',
    ...TABLES.map(
      ([name, columns, key]) =>
        `CREATE OR REPLACE TABLE pypi.${name} (${columns}, count Int64) ENGINE = SummingMergeTree ORDER BY (${key}) SETTINGS index_granularity = 8192`,
    ),
  ];
}

/** The statements that write rows into all tables that have no other column. Keys may stand in several rows. */
export function insertStatements(rows: readonly DownloadRow[]): string[] {
  if (rows.length === 0) return [];
  const values = rows
    .map(
      ({ project, date, count, installer = 'pip' }) =>
        `('${project}', '1.0', '${date}', '${installer}', 'bdist_wheel', ${count})`,
    )
    .join(', ');
  const finest = 'pypi.pypi_downloads_per_day_by_version_by_installer_by_type';
  return [
    `INSERT INTO ${finest} (project, version, date, installer, type, count) VALUES ${values}`,
    'TRUNCATE TABLE pypi.pypi_downloads_per_day',
    `INSERT INTO pypi.pypi_downloads_per_day (date, project, count) SELECT date, project, count FROM ${finest}`,
    'TRUNCATE TABLE pypi.pypi_downloads',
    `INSERT INTO pypi.pypi_downloads (project, count) SELECT project, count FROM ${finest}`,
  ];
}
