import type { SeededRandom } from "../../model/random.ts";

/** What a player does in a game session. */
export type EventKind =
  | "login"
  | "quest_start"
  | "battle"
  | "quest_complete"
  | "quest_fail"
  | "item_get"
  | "item_use"
  | "level_up"
  | "shop_view"
  | "purchase"
  | "gacha_draw"
  | "chat"
  | "guild_join"
  | "logout";

/** What may follow what, with weights out of 100. A battle happens only within a quest, a purchase only in the shop. */
const NEXT: Readonly<Record<EventKind, readonly (readonly [EventKind, number])[]>> = {
  login: [
    ["quest_start", 55],
    ["shop_view", 20],
    ["chat", 15],
    ["item_use", 10],
  ],
  quest_start: [["battle", 100]],
  battle: [
    ["battle", 52],
    ["quest_complete", 34],
    ["item_use", 4],
    ["quest_fail", 10],
  ],
  quest_complete: [
    ["item_get", 80],
    ["level_up", 20],
  ],
  quest_fail: [
    ["quest_start", 60],
    ["chat", 15],
    ["logout", 25],
  ],
  item_get: [
    ["quest_start", 45],
    ["level_up", 12],
    ["item_use", 15],
    ["chat", 10],
    ["shop_view", 8],
    ["logout", 10],
  ],
  item_use: [
    ["quest_start", 70],
    ["chat", 15],
    ["logout", 15],
  ],
  level_up: [
    ["quest_start", 70],
    ["chat", 20],
    ["guild_join", 10],
  ],
  shop_view: [
    ["purchase", 30],
    ["gacha_draw", 35],
    ["quest_start", 35],
  ],
  purchase: [
    ["gacha_draw", 60],
    ["quest_start", 40],
  ],
  gacha_draw: [
    ["gacha_draw", 40],
    ["quest_start", 50],
    ["chat", 10],
  ],
  chat: [
    ["chat", 35],
    ["quest_start", 50],
    ["logout", 15],
  ],
  guild_join: [
    ["chat", 50],
    ["quest_start", 50],
  ],
  logout: [["login", 100]],
};

/** Every kind, in the order of a session. */
export const EVENT_KINDS = Object.keys(NEXT) as EventKind[];

/** Whether `next` may follow `kind` within one player's log. */
export function mayFollow(kind: EventKind, next: EventKind): boolean {
  return NEXT[kind].some(([candidate]) => candidate === next);
}

/** Draws what comes after a kind. */
export function nextEvent(kind: EventKind, random: SeededRandom): EventKind {
  const choices = NEXT[kind];
  let left = random.below(100);
  for (const [next, weight] of choices) {
    if (left < weight) return next;
    left -= weight;
  }
  return choices[choices.length - 1]![0];
}
