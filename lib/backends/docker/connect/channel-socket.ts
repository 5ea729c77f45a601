import { Duplex } from "node:stream";

/**
 * A channel as the socket that an HTTP agent expects. A channel of ssh2 is not destroyed before the other side agrees,
 * and whoever stops reading an endless answer would wait for that for ever.
 */
export function asSocket(channel: Duplex): Duplex {
  const socket = new Duplex({
    read: () => void channel.resume(),
    write: (chunk, _encoding, done) => void channel.write(chunk, done),
    final: (done) => void channel.end(done),
    destroy(error, done) {
      channel.destroy();
      done(error);
    },
  });
  channel.on("data", (chunk) => {
    if (!socket.push(chunk)) channel.pause();
  });
  channel.on("end", () => socket.push(null));
  channel.on("close", () => socket.destroy());
  channel.on("error", (error) => socket.destroy(error));
  const nothing = () => socket;
  const manners = { setKeepAlive: nothing, setNoDelay: nothing, setTimeout: nothing };
  return Object.assign(socket, manners, { ref: nothing, unref: nothing });
}
