/** The part of cli-progress that is used; the package has no types of its own. https://github.com/npkgz/cli-progress */
declare module "cli-progress" {
  /** What a format function is given. */
  export interface FormatParameters {
    readonly value: number;
    readonly total: number;
    /** `value` ÷ `total`, from 0 to 1. */
    readonly progress: number;
    /** Columns of the terminal. */
    readonly maxWidth: number;
  }

  /** Options of a bar as the library has completed them. */
  export interface BarOptions {
    readonly barsize: number;
  }

  export interface MultiBarOptions<Payload> {
    readonly stream: { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };
    readonly format: (options: BarOptions, parameters: FormatParameters, payload: Payload) => string;
    /** Redraws a second by the library's own timer. */
    readonly fps?: number;
    readonly barsize?: number;
    readonly barCompleteChar?: string;
    readonly barIncompleteChar?: string;
    /** `true` leaves the terminal's line wrapping on, and cuts lines to its width. */
    readonly linewrap?: boolean;
    /** Draws lines that have not changed, too. */
    readonly forceRedraw?: boolean;
    /** Draws an empty bar, not a full one, where the total is 0. */
    readonly emptyOnZero?: boolean;
  }

  export interface Bar<Payload> {
    update(value: number, payload: Payload): void;
    setTotal(total: number): void;
  }

  class MultiBar<Payload> {
    constructor(options: MultiBarOptions<Payload>);
    create(total: number, value: number, payload: Payload): Bar<Payload>;
    /** Puts text above the bars with the next {@link update}. */
    log(text: string): void;
    /** Draws all bars. */
    update(): void;
    /** Draws all bars for good, and ends. */
    stop(): void;
  }

  const library: {
    readonly MultiBar: typeof MultiBar;
    readonly Format: { readonly BarFormat: (progress: number, options: BarOptions) => string };
  };
  export default library;
}
