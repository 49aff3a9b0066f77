/** What every server of the local cloud does when it starts and when it stops. */
import type { AddressInfo, Server, Socket } from "node:net";

/** Where to listen. */
export interface ListenOptions {
  /** Name for messages: `S3`. */
  readonly name: string;
  /** `127.0.0.1` unless there is a reason. */
  readonly host: string;
  /** 0, the default, for any free port. */
  readonly port?: number;
}

/** Starts listening and gives the port. Rejects with an Error that names the server, host and port when it cannot. */
export function listen(server: Server, { name, host, port = 0 }: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => {
      const why = error.code === "EADDRINUSE" ? "the port is in use" : error.message;
      reject(new Error(`${name} cannot listen on ${host}:${port}: ${why}`, { cause: error }));
    };
    server.once("error", refuse);
    server.listen(port, host, () => {
      server.off("error", refuse);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Gives a function that closes the server with all of its connections, at once; further calls give the same promise. */
export function closer(server: Server): () => Promise<void> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  let closed: Promise<void> | undefined;
  return () => {
    closed ??= new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
    return closed;
  };
}
