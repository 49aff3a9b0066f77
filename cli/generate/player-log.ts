import { type SeededRandom, randomHex, seededRandom, zipf } from "../../model/random.ts";
import { type EventKind, nextEvent } from "./session.ts";
import {
  APP_VERSIONS,
  CURRENCIES,
  DEVICES,
  ENEMIES,
  GUILDS,
  ITEMS,
  LOCALES,
  PLAYER_NAMES,
  REGIONS,
  SERVERS,
  ZONES,
} from "./words.ts";

/** How many players the game has: one for ten records, so that short logs hold whole sessions too. */
const RECORDS_PER_PLAYER = 10;
const MIN_PLAYERS = 400;
const MAX_PLAYERS = 20_000;
/** How unevenly they play: the busiest of 10,000 writes 1 % of the log, of 20,000 some 0.8 %. */
const ZIPF_EXPONENT = 0.6;
/** No player writes more than this share of the log, however short it is. */
const MAX_PLAYER_SHARE = 0.02;
/** Mean time between two records of the log: 1,000 records a second. */
const MEAN_STEP_MS = 1;

export interface PlayerLogOptions {
  /** The same seed, number and start give the same bytes. A safe integer. */
  readonly seed: number;
  /** Number of records. */
  readonly records: number;
  /** Time of the first record, milliseconds since the epoch; the others follow at 1,000 a second on average. */
  readonly startMs: number;
}

/** What is remembered of a player between two records. */
interface Player {
  readonly id: string;
  /** The part of the record that stays the same during the run, as JSON text. */
  readonly profile: string;
  records: number;
  kind: EventKind;
  /** The part of the record that stays the same during one session, as JSON text. */
  session: string;
  step: number;
  level: number;
  gold: number;
  zone: string;
}

/**
 * A game's player-action log: JSON lines of about 1 KB (without line breaks), in order of time.
 * Each player goes through sessions (login … quests, battles, shop, chat … logout) in a plausible order.
 */
export function* playerLog(options: PlayerLogOptions): Generator<string, void, void> {
  const random = seededRandom(options.seed);
  const population = Math.min(MAX_PLAYERS, Math.max(MIN_PLAYERS, Math.ceil(options.records / RECORDS_PER_PLAYER)));
  const drawRank = zipf(population, ZIPF_EXPONENT, random.unit);
  const maxPerPlayer = Math.max(1, Math.floor(options.records * MAX_PLAYER_SHARE));
  const players: (Player | undefined)[] = [];
  let now = options.startMs;
  let timestamp = new Date(now).toISOString();
  for (let index = 0; index < options.records; index++) {
    let rank = drawRank();
    while ((players[rank]?.records ?? 0) >= maxPerPlayer) rank = random.below(population);
    const player = (players[rank] ??= newPlayer(random));
    if (player.records > 0) player.kind = nextEvent(player.kind, random);
    if (player.kind === "login") beginSession(player, random);
    player.records++;
    player.step++;
    yield record(player, timestamp, random);
    const step = random.below(2 * MEAN_STEP_MS + 1);
    if (step > 0) timestamp = new Date((now += step)).toISOString();
  }
}

function newPlayer(random: SeededRandom): Player {
  const [platform, device, os] = pick(DEVICES, random);
  const name = `${pick(PLAYER_NAMES, random)}${random.below(3) === 0 ? "" : random.below(10_000)}`;
  const guild =
    random.below(3) === 0
      ? "null"
      : `{"id":${1000 + random.below(9000)},"name":${JSON.stringify(pick(GUILDS, random))},"rank":${1 + random.below(50)}}`;
  const profile =
    `"player":{"name":${JSON.stringify(name)},"vip":${random.below(8)},"guild":${guild}},` +
    `"client":{"platform":"${platform}","device":"${device}","os":"${os}","app_version":"${pick(APP_VERSIONS, random)}",` +
    `"locale":"${pick(LOCALES, random)}","install_id":"${randomHex(random, 4)}"}`;
  return {
    id: randomHex(random, 4),
    profile,
    records: 0,
    kind: "login",
    session: "",
    step: 0,
    level: 1 + random.below(120),
    gold: random.below(500_000),
    zone: pick(ZONES, random),
  };
}

function beginSession(player: Player, random: SeededRandom): void {
  player.step = 0;
  player.session =
    `"session":{"id":"${randomHex(random, 4)}","region":"${pick(REGIONS, random)}","server":"${pick(SERVERS, random)}",` +
    `"network":"${random.below(3) === 0 ? "wifi" : "cellular"}","ip_hash":"${randomHex(random, 2)}","step":`;
}

function record(player: Player, timestamp: string, random: SeededRandom): string {
  const detail = describe(player, random);
  return (
    `{"player_id":"${player.id}","timestamp":"${timestamp}","event":"${player.kind}",` +
    `"log_version":7,${player.session}${player.step}},` +
    `${player.profile},"level":${player.level},"experience":${random.below(1_000_000)},` +
    `"position":{"zone":"${player.zone}","x":${decimal(random, 4096)},"y":${decimal(random, 4096)},"z":${decimal(random, 256)},` +
    `"heading":${random.below(360)}},"vitals":{"hp":${random.below(10_000)},"hp_max":${4000 + player.level * 60},` +
    `"mp":${random.below(1000)},"stamina":${random.below(100)}},` +
    `"wallet":{"gold":${player.gold},"gems":${random.below(3000)},"tickets":${random.below(20)}},` +
    `"performance":{"fps":${30 + random.below(31)},"ping_ms":${10 + random.below(190)},"memory_mb":${400 + random.below(900)},` +
    `"battery":${random.below(100)}},"detail":${detail},"trace":"00-${randomHex(random, 4)}-${randomHex(random, 2)}-01"}`
  );
}

/** The part of a record that depends on its kind, as JSON text; moves the player on. */
function describe(player: Player, random: SeededRandom): string {
  switch (player.kind) {
    case "login":
      return `{"method":"${random.below(4) === 0 ? "transfer_code" : "platform_account"}","days_in_a_row":${random.below(400)},"daily_bonus":{"item":"${pick(ITEMS, random)}","count":${1 + random.below(5)},"claimed":true},"notices_unread":${random.below(9)}}`;
    case "quest_start":
      player.zone = pick(ZONES, random);
      return `{"quest_id":${10_000 + random.below(900)},"difficulty":"${random.below(3) === 0 ? "hard" : "normal"}","party":[${random.below(200)},${random.below(200)},${random.below(200)}],"stamina_cost":${5 + random.below(20)},"first_time":${random.below(5) === 0}}`;
    case "battle":
      return `{"enemy":{"kind":"${pick(ENEMIES, random)}","level":${1 + random.below(130)},"boss":${random.below(12) === 0}},"turns":${1 + random.below(30)},"damage_dealt":${random.below(250_000)},"damage_taken":${random.below(20_000)},"skills":[{"id":${random.below(300)},"uses":${1 + random.below(6)}},{"id":${random.below(300)},"uses":${1 + random.below(6)}}],"won":${random.below(10) > 0}}`;
    case "quest_complete":
      player.gold += random.below(4000);
      return `{"quest_id":${10_000 + random.below(900)},"seconds":${decimal(random, 900)},"stars":${1 + random.below(3)},"score":${random.below(1_000_000)},"rewards":{"gold":${random.below(4000)},"experience":${random.below(9000)}},"retries":${random.below(3)}}`;
    case "quest_fail":
      return `{"quest_id":${10_000 + random.below(900)},"seconds":${decimal(random, 900)},"cause":"${random.below(2) === 0 ? "defeated" : "abandoned"}","continues_used":${random.below(3)}}`;
    case "item_get":
    case "item_use":
      return `{"item":"${pick(ITEMS, random)}","count":${1 + random.below(9)},"rarity":${1 + random.below(5)},"instance_id":"${randomHex(random, 2)}","inventory":{"used":${random.below(200)},"capacity":200}}`;
    case "level_up":
      player.level++;
      return `{"from":${player.level - 1},"to":${player.level},"stat_points":${1 + random.below(5)},"unlocked":["${pick(ITEMS, random)}"]}`;
    case "shop_view":
      return `{"shop":"${random.below(2) === 0 ? "daily" : "premium"}","offers":[${random.below(5000)},${random.below(5000)},${random.below(5000)},${random.below(5000)}],"seconds":${decimal(random, 120)}}`;
    case "purchase":
      return `{"product":"gems_${100 * (1 + random.below(60))}","price":${100 * (1 + random.below(120))},"currency":"${pick(CURRENCIES, random)}","receipt":"${randomHex(random, 4)}","first_purchase":${random.below(20) === 0}}`;
    case "gacha_draw":
      return `{"banner":"${pick(ZONES, random)}_festival","draws":10,"results":[${random.below(900)},${random.below(900)},${random.below(900)},${random.below(900)},${random.below(900)}],"pity_counter":${random.below(90)},"gems_spent":300}`;
    case "chat":
      return `{"channel":"${random.below(3) === 0 ? "world" : "guild"}","length":${1 + random.below(140)},"stamp":${random.below(60)},"to":${JSON.stringify(pick(PLAYER_NAMES, random))}}`;
    case "guild_join":
      return `{"guild_id":${1000 + random.below(9000)},"name":${JSON.stringify(pick(GUILDS, random))},"members":${1 + random.below(50)},"invited_by":${JSON.stringify(pick(PLAYER_NAMES, random))}}`;
    case "logout":
      return `{"cause":"${random.below(4) === 0 ? "timeout" : "player"}","session_seconds":${60 + random.below(7200)},"events":${player.step},"crashed":false}`;
  }
}

/** A number with three decimals, as text. */
function decimal(random: SeededRandom, below: number): string {
  return `${random.below(below)}.${String(random.below(1000)).padStart(3, "0")}`;
}

function pick<T>(list: readonly T[], random: SeededRandom): T {
  return list[random.below(list.length)]!;
}
