import { spawn } from "node:child_process";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

const ROOT = join(__dirname, "../../..");

/** A call as GitHub would have got it. */
export interface Call {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: unknown;
}

/** Stands in for api.github.com: answers GETs by path (pages beyond the first are empty) and keeps every other call. */
export class GitHubServer {
  readonly calls: Call[] = [];
  readonly asked: string[] = [];
  #server: Server | undefined;

  async start(lists: Readonly<Record<string, readonly unknown[]>>): Promise<void> {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const [method, path] = [request.method!, request.url!];
        const text = Buffer.concat(chunks).toString();
        const url = new URL(path, "http://github");
        const page = Number(url.searchParams.get("page") ?? 1);
        const list = lists[url.pathname];
        if (method !== "GET") this.calls.push({ method, path, body: JSON.parse(text) as unknown });
        else this.asked.push(path);
        if (request.headers.authorization !== "Bearer token-of-the-run") response.writeHead(401).end();
        else if (method === "GET" && list === undefined) response.writeHead(404).end("{}");
        else response.end(JSON.stringify(method === "GET" ? list!.slice((page - 1) * 100, page * 100) : {}));
      });
    });
    await new Promise<void>((resolve) => this.#server!.listen(0, "127.0.0.1", resolve));
  }

  /** Runs one of the workflows' scripts against it, with no other environment than a runner's. */
  async run(script: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const { port } = this.#server!.address() as AddressInfo;
    const child = spawn(process.execPath, [join(ROOT, ".github/scripts", script), ...args], {
      env: {
        GITHUB_API_URL: `http://127.0.0.1:${port}`,
        GITHUB_SERVER_URL: "https://github.com",
        GITHUB_REPOSITORY: "acme/sluice",
        GITHUB_RUN_ID: "42",
        GITHUB_TOKEN: "token-of-the-run",
        ...environment,
      },
    });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    return { code, out, err };
  }

  async stop(): Promise<void> {
    this.#server!.closeAllConnections();
    await new Promise((resolve) => this.#server!.close(resolve));
  }
}
