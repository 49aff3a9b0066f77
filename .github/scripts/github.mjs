/** Calls to GitHub's REST API, as a workflow run makes them: https://docs.github.com/en/rest */
const { fetch } = globalThis;

/** The environment that the runner gives, and a token. */
const { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN } = process.env;

/** One call below the repository; gives the answer's JSON. Rejects with method, path and status for any other answer than a good one. */
export async function github(method, path, body) {
  const answer = await fetch(`${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}${path}`, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${GITHUB_TOKEN}`,
      "x-github-api-version": "2022-11-28",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** All items of a list, page by page. */
export async function all(path) {
  const items = [];
  for (let page = 1; ; page++) {
    const some = await github("GET", `${path}${path.includes("?") ? "&" : "?"}per_page=100&page=${page}`);
    items.push(...some);
    if (some.length < 100) return items;
  }
}

/** Who the token of a workflow run writes as. */
export const BOT = "github-actions[bot]";
