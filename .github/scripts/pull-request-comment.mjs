/**
 * Writes a file as the one comment of a pull request: a new one, or over the one of before. `pull-request-comment.mjs FILE`, for the
 * pull request whose head is HEAD_OWNER:HEAD_BRANCH at HEAD_SHA. The file comes from the pull request's own code: it is shown, not trusted.
 */
import { readFileSync } from "node:fs";
import { BOT, all, github } from "./github.mjs";

/** First line of the comment, by which it is found: preview/markdown.ts. */
const MARKER = "<!-- sluice-preview -->";
/** GitHub refuses comments above 65,536 characters. */
const MAX_CHARACTERS = 65_000;

const { HEAD_OWNER, HEAD_BRANCH, HEAD_SHA } = process.env;

/** The text as it is posted: the marker first, its length bounded, and whose text it is. */
function commentOf(text) {
  const marked = text.startsWith(MARKER) ? text : `${MARKER}\n${text}`;
  const cut = marked.length > MAX_CHARACTERS ? `${marked.slice(0, MAX_CHARACTERS)}\n\n…` : marked;
  return `${cut.trimEnd()}\n\n<sub>Written by the code of ${HEAD_SHA}.</sub>\n`;
}

const head = encodeURIComponent(`${HEAD_OWNER}:${HEAD_BRANCH}`);
const open = await all(`/pulls?state=open&head=${head}`);
const pullRequest = open.find((one) => one.head.sha === HEAD_SHA);
if (pullRequest === undefined) {
  process.stdout.write(`no open pull request has ${HEAD_SHA} at its head: nothing is posted\n`);
} else {
  const body = commentOf(readFileSync(process.argv[2], "utf8"));
  const comments = await all(`/issues/${pullRequest.number}/comments`);
  const old = comments.find((one) => one.user.login === BOT && one.body.startsWith(MARKER));
  if (old === undefined) await github("POST", `/issues/${pullRequest.number}/comments`, { body });
  else await github("PATCH", `/issues/comments/${old.id}`, { body });
  process.stdout.write(`pull request ${pullRequest.number}: ${old === undefined ? "posted" : "written over"}\n`);
}
