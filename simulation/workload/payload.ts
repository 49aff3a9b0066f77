import type { Draws } from "../draws.ts";
import type { ExpectedPiece, PieceMaker } from "./pieces.ts";
import { aggregated, beyondLimits, brokenAggregate, brokenStream, compressed } from "./wire-formats.ts";
import type { Payload } from "./wire-formats.ts";

/** Makes the payload of one Kinesis record, in one of the forms in which log records arrive (docs/data-path.md, "Unpacking"). */
export function makePayload(draws: Draws, maker: PieceMaker, nowMs: number): Payload {
  const form = draws.unit();
  if (form < 0.75) return unwrapped(draws, maker, nowMs);
  if (form < 0.83) return compressed(draws, unwrapped(draws, maker, nowMs));
  if (form < 0.93) return aggregate(draws, maker, nowMs);
  if (form < 0.95) return compressed(draws, aggregate(draws, maker, nowMs));
  if (form < 0.97) return brokenAggregate(draws, [unwrapped(draws, maker, nowMs)]);
  return form < 0.985 ? brokenStream(draws, unwrapped(draws, maker, nowMs)) : beyondLimits(draws);
}

function aggregate(draws: Draws, maker: PieceMaker, nowMs: number): Payload {
  const payloads = many(draws.between(0, 6), () => {
    const payload = unwrapped(draws, maker, nowMs);
    if (draws.chance(0.05)) return brokenStream(draws, payload);
    return draws.chance(0.2) ? compressed(draws, payload) : payload;
  });
  return aggregated(draws, payloads);
}

/** What no compression and no aggregate is wrapped around. */
function unwrapped(draws: Draws, maker: PieceMaker, nowMs: number): Payload {
  const form = draws.unit();
  if (form < 0.6) return single(draws, maker.piece(nowMs));
  if (form < 0.8)
    return lines(
      draws,
      many(draws.between(2, 6), () => maker.piece(nowMs)),
    );
  if (form < 0.92) return inARow(many(draws.between(2, 4), () => maker.object(nowMs)));
  if (form < 0.98) return single(draws, maker.pretty(nowMs));
  return blank(draws);
}

function many<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

function single(draws: Draws, piece: ExpectedPiece): Payload {
  const end = draws.chance(0.3) ? "\n" : "";
  return { bytes: Buffer.concat([piece.bytes, Buffer.from(end)]), pieces: [piece] };
}

function lines(draws: Draws, pieces: readonly ExpectedPiece[]): Payload {
  const bytes = pieces.flatMap((piece) => [piece.bytes, Buffer.from(draws.pick(["\n", "\n", "\r\n", "\n \n"]))]);
  return { bytes: Buffer.concat(bytes), pieces };
}

/** Objects without anything between them, as Firehose writes them; blanks around one of several are framing. */
function inARow(pieces: readonly ExpectedPiece[]): Payload {
  const bare = pieces.map((piece) => ({ ...piece, bytes: Buffer.from(piece.bytes.toString().trim()) }));
  return { bytes: Buffer.concat(bare.map(({ bytes }) => bytes)), pieces: bare };
}

/** Nothing but blanks: one piece, so that the record is accounted for. */
function blank(draws: Draws): Payload {
  const bytes = Buffer.from(draws.pick(["", "\n", " ", "\t\r\n "]));
  return { bytes, pieces: [{ bytes, object: false, archive: undefined, warehouse: "NOT_JSON_OBJECT" }] };
}
