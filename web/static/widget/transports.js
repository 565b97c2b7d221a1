// The two ways to the server, alike from outside: send(frame), close(), and the handlers frame(frame) and closed().
// Neither reconnects; link.js does that.

const QUIET_LIMIT = 60_000; // the server pings the event stream far more often than this

class SocketTransport {
  static kind = "socket";
  #socket;
  #handlers;

  constructor(server, hello, handlers) {
    this.#handlers = handlers;
    try {
      this.#socket = new WebSocket(`${server.replace(/^http/, "ws")}/chat`);
    } catch {
      queueMicrotask(() => this.#end()); // some browsers throw when the page's policy forbids the address
      return;
    }
    this.#socket.onopen = () => this.send({ type: "hello", ...hello });
    this.#socket.onmessage = (event) => this.#handlers?.frame(JSON.parse(event.data));
    this.#socket.onclose = () => this.#end();
    this.#socket.onerror = () => this.#end();
  }

  send(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  close() {
    this.#handlers = null;
    this.#socket?.close();
  }

  #end() {
    const handlers = this.#handlers;
    this.close();
    handlers?.closed();
  }
}

// POST to speak, a streamed GET to listen; for networks and page policies that refuse WebSockets.
class StreamTransport {
  static kind = "stream";
  #server;
  #handlers;
  #token;
  #abort = new AbortController();
  #posts = Promise.resolve();
  #quiet;

  constructor(server, hello, handlers) {
    this.#server = server;
    this.#handlers = handlers;
    this.#run(hello).catch(() => {}).then(() => this.#end());
  }

  // One after the other, so that messages arrive in the order they were written.
  send(frame) {
    if (frame.type !== "message") return;
    this.#posts = this.#posts.then(() => this.#post(frame)).catch(() => this.#end());
  }

  close() {
    this.#handlers = null;
    clearTimeout(this.#quiet);
    this.#abort.abort();
  }

  #end() {
    const handlers = this.#handlers;
    this.close();
    handlers?.closed();
  }

  #fetch(path, options = {}) {
    const headers = { ...options.headers };
    if (this.#token) headers.Authorization = `Bearer ${this.#token}`;
    const { signal } = this.#abort;
    return fetch(`${this.#server}/chat/${path}`, { ...options, headers, signal, cache: "no-store", credentials: "omit" });
  }

  #postJson(path, body) {
    const headers = { "Content-Type": "application/json" };
    return this.#fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  }

  async #run(hello) {
    const answer = await this.#postJson("hello", hello);
    if (!answer.ok) return this.#refused(answer);
    const welcome = await answer.json();
    this.#token = welcome.token;
    this.#handlers?.frame({ ...welcome, type: "welcome" });
    const newest = welcome.messages.reduce((most, message) => Math.max(most, message.number), hello.after);
    const stream = await this.#fetch(`events?after=${newest}`);
    if (!stream.ok) return this.#refused(stream);
    await this.#listen(stream.body.pipeThrough(new TextDecoderStream()).getReader());
  }

  async #listen(reader) {
    let rest = "";
    for (;;) {
      clearTimeout(this.#quiet);
      this.#quiet = setTimeout(() => this.#abort.abort(), QUIET_LIMIT);
      const { done, value } = await reader.read();
      if (done) return;
      const events = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
      rest = events.pop();
      events.forEach((event) => this.#deliver(event));
    }
  }

  #deliver(event) {
    const data = event.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5)).join("\n");
    if (data) this.#handlers?.frame(JSON.parse(data));
  }

  async #post({ id, text }) {
    if (!this.#handlers) return;
    const answer = await this.#postJson("messages", { id, text });
    if (!answer.ok) await this.#refused(answer, id);
  }

  // The body says why, as an error frame; where a proxy answered instead, the status has to do.
  async #refused(answer, id) {
    const byStatus = { 401: "bad_token", 413: "too_long", 429: "too_fast" };
    const frame = await answer.json().catch(() => ({}));
    const code = frame.code || byStatus[answer.status] || (answer.status >= 500 ? "unavailable" : "bad_request");
    this.#handlers?.frame({ type: "error", text: frame.text, id, code });
  }
}
