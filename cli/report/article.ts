/** A measured row of the article that Sluice follows: 256 MB, per container, records of about 1 KB, 2 shards. */
export interface ArticleRow {
  readonly label: string;
  readonly maxMemoryMb: number;
  readonly totalMeanSeconds: number;
  readonly meanSeconds: number;
  readonly meanIntervalSeconds: number;
  readonly meanRecords: number;
  readonly recordsPerSecond: number;
  readonly totalRecordsPerSecond: number;
  readonly errorPercent: number;
}

/** The article's row to stand beside a backend's own: its S3 design, and the third and best of its BigQuery designs. */
export const ARTICLE_ROWS: Readonly<Record<string, ArticleRow>> = {
  archive: {
    label: "article: S3, Python",
    maxMemoryMb: 156,
    totalMeanSeconds: 6.35,
    meanSeconds: 6.08,
    meanIntervalSeconds: 0.46,
    meanRecords: 4389,
    recordsPerSecond: 721.24,
    totalRecordsPerSecond: 691.11,
    errorPercent: 0,
  },
  warehouse: {
    label: "article: BigQuery 3rd",
    maxMemoryMb: 158,
    totalMeanSeconds: 11.11,
    meanSeconds: 10.5,
    meanIntervalSeconds: 0.57,
    meanRecords: 4711,
    recordsPerSecond: 448.25,
    totalRecordsPerSecond: 424.01,
    errorPercent: 0.3,
  },
};
