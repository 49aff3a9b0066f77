import { TokenCache } from "../../../functions/warehouse/token-cache.ts";
import type { AccessToken } from "../../../functions/warehouse/token-cache.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const MINUTE_MS = 60_000;
let clock: ManualClock;
/** What each exchange meets, in order; an hour's token after that. */
let faults: ("outage" | "hang")[];
let exchanges: number;
let cache: TokenCache;

function exchange(): Promise<AccessToken> {
  const number = ++exchanges;
  const fault = faults.shift();
  if (fault === "outage") return Promise.reject(new Error("planted"));
  if (fault === "hang") return new Promise(() => {});
  return Promise.resolve({ token: `token-${number}`, expiresMs: clock.now() + 60 * MINUTE_MS });
}

beforeEach(() => {
  clock = new ManualClock();
  faults = [];
  exchanges = 0;
  cache = new TokenCache({ exchange, clock });
});

describe("the access token", () => {
  test("is kept until five minutes before its end, then renewed", async () => {
    expect(await cache.token()).toBe("token-1");
    await clock.advance(55 * MINUTE_MS - 1);
    expect(await cache.token()).toBe("token-1");
    await clock.advance(1);
    expect(await cache.token()).toBe("token-2");
    expect(exchanges).toBe(2);
  });

  test("is asked for once by all who want it at the same time", async () => {
    expect(await Promise.all([cache.token(), cache.token(), cache.token()])).toEqual(["token-1", "token-1", "token-1"]);
    expect(exchanges).toBe(1);
  });

  test("still serves through an outage of the token service, until half a minute before its end", async () => {
    await cache.token();
    await clock.advance(55 * MINUTE_MS);
    faults = ["outage", "outage", "outage"];
    expect(await cache.token()).toBe("token-1");
    await clock.advance(4.5 * MINUTE_MS - 1);
    expect(await cache.token()).toBe("token-1");
    await clock.advance(1);
    await expect(cache.token()).rejects.toThrow("planted");
    expect(await cache.token()).toBe("token-5");
  });

  test("is an error for all who wait when the exchange fails, and the next one asks again", async () => {
    faults = ["outage"];
    expect(await Promise.allSettled([cache.token(), cache.token()])).toMatchObject([
      { status: "rejected" },
      { status: "rejected" },
    ]);
    expect(await cache.token()).toBe("token-2");
  });

  test("is an error when the exchange hangs for 15 seconds, and the next one asks again", async () => {
    faults = ["hang"];
    const hanging = cache.token();
    const outcome = expect(hanging).rejects.toThrow("not in time");
    await clock.advance(15_000);
    await outcome;
    expect(await cache.token()).toBe("token-2");
  });

  test("that was refused is forgotten; one that is no longer at hand changes nothing", async () => {
    const first = await cache.token();
    cache.invalidate(first);
    expect(await cache.token()).toBe("token-2");
    cache.invalidate(first);
    expect(await cache.token()).toBe("token-2");
  });
});
