/** Names of things in the generated game; some are not ASCII, as real players' names are not. */
// prettier-ignore
export const PLAYER_NAMES = [
  "Aiko", "Bjørn", "Chloé", "Dmitri", "Élodie", "Freyja", "Günter", "Hiro", "Iñaki", "Jürgen", "Kenji", "Łukasz",
  "Mæve", "Niamh", "Ólafur", "Priya", "Quentin", "Renée", "Søren", "Tomáš", "Umi", "Valentina", "Wren", "Xavier",
  "さくら", "ゆうき", "龍之介", "月影", "小春", "홍길동", "王小明", "Алёна", "Владимир", "Ξένια", "مريم", "🐉drake",
] as const;

// prettier-ignore
export const GUILDS = [
  "Night Watch", "暁の騎士団", "Les Étoiles", "Iron Wolves", "Северный ветер", "Team Umbrella", "白虎隊", "No Sleep Club",
  "Los Ñandúes", "Paper Tigers", "Sturmvögel", "Moonlit Tavern",
] as const;

// prettier-ignore
export const ZONES = [
  "verdant_plains", "sunken_temple", "ember_ridge", "frost_hollow", "clockwork_city", "whispering_woods",
  "obsidian_gate", "sky_harbour", "salt_flats", "catacombs_of_ash", "coral_labyrinth", "thunder_steppe",
] as const;

// prettier-ignore
export const ENEMIES = [
  "goblin_scout", "stone_golem", "fire_drake", "frost_wraith", "bandit_captain", "giant_spider", "sand_worm",
  "clockwork_sentinel", "drowned_priest", "shadow_fox", "thorn_beast", "ancient_lich",
] as const;

// prettier-ignore
export const ITEMS = [
  "potion_small", "potion_large", "ether", "iron_ore", "mythril_ingot", "dragon_scale", "phoenix_feather",
  "enchanted_bow", "steel_longsword", "oak_shield", "ring_of_haste", "cloak_of_night", "rune_stone", "ancient_coin",
] as const;

export const DEVICES = [
  ["ios", "iPhone16,2", "iOS 19.1.2"],
  ["ios", "iPhone14,5", "iOS 18.6.1"],
  ["ios", "iPad13,4", "iPadOS 19.0.1"],
  ["android", "Pixel 9 Pro", "Android 16"],
  ["android", "SM-S928B", "Android 15"],
  ["android", "SOG13", "Android 14"],
  ["android", "23127PN0CG", "Android 15"],
  ["windows", "PC", "Windows 11 24H2"],
] as const;

export const LOCALES = ["ja-JP", "en-US", "fr-FR", "de-DE", "pt-BR", "ko-KR", "ru-RU", "zh-TW", "es-MX"] as const;
export const REGIONS = ["jp-east", "jp-west", "us-east", "eu-central", "sa-east", "ap-south"] as const;
export const APP_VERSIONS = ["4.12.0", "4.12.1", "4.13.0", "4.13.2"] as const;
export const SERVERS = ["game-01a", "game-01b", "game-02a", "game-02b", "game-03a", "game-03b", "game-04a"] as const;
export const CURRENCIES = ["JPY", "USD", "EUR", "BRL", "KRW"] as const;
