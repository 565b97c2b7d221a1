// Keeps one transport to the server alive: says hello, backs off, falls back, and reports frames and its own state.

const WELCOME_LIMIT = 10_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
const SLEEP_LIMIT = 60_000;
const SOCKET_TRIES = 2; // failures in a row before the fallback gets its turn

class Link {
  #server;
  #store;
  #handlers;
  #hiddenAt = 0;
  #transport = null;
  #timer;
  #failures = 0;
  #socketWorked = false;
  #streamWorked = false;
  #helloToken = null;
  state = "idle"; // idle, connecting, online, offline

  // handlers: after() gives the number to resume after; frame(frame), state() and forgotten() are told what happens.
  constructor(server, store, handlers) {
    this.#server = server;
    this.#store = store;
    this.#handlers = handlers;
    addEventListener("online", () => this.#wake(SLEEP_LIMIT));
    document.addEventListener("visibilitychange", () => this.#visibility());
  }

  start() {
    if (this.state === "idle") this.#connect();
  }

  // Connects at once when it was waiting to; does nothing while connected or not started.
  retryNow() {
    if (this.state !== "idle" && !this.#transport) this.#connect();
  }

  // A page that slept, or changed networks, may hold a connection that died without a word.
  #wake(slept) {
    if (this.state === "online" && slept >= SLEEP_LIMIT) this.restart();
    this.retryNow();
  }

  #visibility() {
    if (document.hidden) this.#hiddenAt = Date.now();
    else this.#wake(Date.now() - this.#hiddenAt);
  }

  // For a connection that looks alive but no longer answers.
  restart() {
    this.#lost();
  }

  send(frame) {
    if (this.state === "online") this.#transport.send(frame);
  }

  #setState(state) {
    if (this.state === state) return;
    this.state = state;
    this.#handlers.state();
  }

  // A transport that has worked on this page is preferred; otherwise every second try after the first few is the fallback.
  #choose() {
    if (this.#streamWorked && !this.#socketWorked) return StreamTransport;
    const fallback = this.#failures >= SOCKET_TRIES && this.#failures % 2 === 0;
    return fallback ? StreamTransport : SocketTransport;
  }

  #connect() {
    clearTimeout(this.#timer);
    this.#transport?.close();
    if (this.state !== "offline") this.#setState("connecting");
    this.#helloToken = this.#store.get("token");
    const Kind = this.#choose();
    const transport = new Kind(this.#server, { token: this.#helloToken, after: this.#handlers.after() }, {
      frame: (frame) => this.#receive(frame, Kind),
      closed: () => this.#lost(),
    });
    this.#transport = transport;
    this.#timer = setTimeout(() => this.#lost(), WELCOME_LIMIT);
  }

  #lost() {
    this.#transport?.close();
    this.#transport = null;
    clearTimeout(this.#timer);
    const wasOnline = this.state === "online";
    this.#failures = wasOnline ? 0 : this.#failures + 1;
    this.#setState(wasOnline ? "connecting" : "offline");
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.#failures);
    this.#timer = setTimeout(() => this.#connect(), pause * (0.5 + Math.random() / 2));
  }

  #receive(frame, Kind) {
    if (frame.type === "error" && frame.code === "bad_token") this.#startAfresh();
    else if (frame.type === "welcome") this.#welcome(frame, Kind);
    else this.#handlers.frame(frame);
  }

  #welcome(frame, Kind) {
    const stored = this.#store.get("token");
    if (stored && stored !== this.#helloToken) return this.#rejoin(); // another tab was first; share its conversation
    clearTimeout(this.#timer);
    this.#store.set("token", frame.token);
    if (Kind === SocketTransport) this.#socketWorked = true;
    else this.#streamWorked = true;
    this.#failures = 0;
    this.state = "online";
    this.#handlers.frame(frame);
    this.#handlers.state();
  }

  #rejoin() {
    this.#handlers.forgotten();
    this.#connect();
  }

  // The server no longer knows this visitor: become a new one, unless another tab already has.
  #startAfresh() {
    if (!this.#helloToken) return this.#lost();
    if (this.#store.get("token") === this.#helloToken) this.#store.remove("token");
    this.#rejoin();
  }
}
