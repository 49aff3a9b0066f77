/** What a case comes to, observed or predicted. */
export interface Figures {
  /** Records a second that the stream took, from the first put to the last record taken. */
  readonly throughput: number;
  /** Records that the shards refused and the producer sent again, counted each time. */
  readonly throttles: number;
  /** Seconds until both backends had everything: from the end of the outage, or from the last record taken where there is none. */
  readonly drainSeconds: number;
}

export const FIGURES = ["throughput", "throttles", "drainSeconds"] as const satisfies readonly (keyof Figures)[];
