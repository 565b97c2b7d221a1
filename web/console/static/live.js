// Keeps the socket to the server alive and hands on its frames; knows nothing of pages.

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;
const AWAKE_EVERY = 60_000;

export class Live {
  #socket;
  #failures = 0;
  #awakeAt = 0;
  #handlers;
  #last = {};

  // handlers: frame(frame), and state(online) whenever the connection comes or goes.
  constructor(handlers) {
    this.#handlers = handlers;
    this.#connect();
    addEventListener("online", () => this.#socket.readyState > WebSocket.OPEN && this.#connect());
    for (const type of ["pointerdown", "keydown"]) addEventListener(type, () => this.#awake());
  }

  get online() {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  send(frame) {
    if (this.online) this.#socket.send(JSON.stringify(frame));
  }

  #connect() {
    clearTimeout(this.#last.timer);
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/console/live`);
    this.#socket = socket;
    socket.onopen = () => {
      this.#failures = 0;
      this.#handlers.state(true);
    };
    socket.onmessage = (event) => this.#handlers.frame(JSON.parse(event.data));
    socket.onclose = () => this.#lost(socket);
  }

  #lost(socket) {
    if (socket !== this.#socket) return;
    this.#handlers.state(false);
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.#failures);
    this.#failures += 1;
    this.#last.timer = setTimeout(() => this.#connect(), pause * (0.5 + Math.random() / 2));
  }

  #awake() {
    if (Date.now() - this.#awakeAt < AWAKE_EVERY) return;
    this.#awakeAt = Date.now();
    this.send({ type: "awake" });
  }
}
