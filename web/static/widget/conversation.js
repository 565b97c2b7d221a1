// What has been said, in order and once each, whatever the connection does; knows nothing of how it looks.

const ACK_LIMIT = 15_000; // an unacknowledged message this old means the connection is dead
const HOLD_FIRST = 4_000;
const HOLD_LONGEST = 60_000;
const TYPING_LIMIT = 30_000;
const LASTING_ERRORS = ["too_long", "bad_request"];

class Conversation {
  #store;
  #link;
  #changed;
  #messages = new Map();
  #complete = 0; // every message up to this number has been seen
  #notes = [];
  #outbox;
  #server;
  #uploads = []; // pictures on their way, or refused; a reload forgets them
  #notifier;
  #watch;
  #typingTimer;
  owner = "bot";
  name = ""; // of the person who has the conversation
  typing = null; // "bot" or "agent" while one of them is typing
  filling = false; // true while old messages come in, which nobody wants read aloud

  constructor(server, store, changed) {
    this.#store = store;
    this.#changed = changed;
    this.#outbox = new Outbox(store);
    this.#server = server;
    this.#notifier = new Notifier(server, store);
    this.#link = new Link(server, store, {
      after: () => this.#complete,
      frame: (frame) => this.#receive(frame),
      state: () => this.#linkChanged(),
      forgotten: () => this.#forget(),
    });
  }

  // Someone who has been here before, or still has something to say, is connected without being asked.
  get known() {
    return Boolean(this.#store.get("token")) || this.#outbox.entries.length > 0;
  }

  get state() {
    return this.#link.state;
  }

  connect() {
    this.#link.start();
  }

  retryNow() {
    this.#link.retryNow();
  }

  send(text, shown = text) {
    this.#outbox.entries.filter((entry) => entry.state === "failed").forEach((entry) => this.#outbox.remove(entry.id));
    const entry = this.#outbox.add(text, shown);
    this.connect();
    this.#post(entry);
    this.#changed();
  }

  sendPicture(file) {
    this.#uploads = this.#uploads.filter((entry) => entry.state !== "failed");
    const error = pictureRefusal(file);
    const entry = { key: newId(), author: "shopper", text: file.name, at: Date.now(), state: error ? "failed" : "waiting", error };
    if (!error) entry.load = async () => file;
    this.#uploads.push(entry);
    this.connect();
    this.#upload(entry);
    this.#changed();
  }

  // The picture comes back as a message with the entry's key, which takes the entry's place.
  async #upload(entry) {
    if (entry.state !== "waiting" || this.state !== "online") return;
    entry.state = "sending";
    const body = await entry.load();
    const answer = await this.#fetchFile(`?id=${entry.key}`, { method: "POST", body }).catch(() => null);
    if (answer?.ok) return;
    if (answer) {
      const { text } = await answer.json().catch(() => ({}));
      Object.assign(entry, { state: "failed", error: text || say("failed") });
    } else {
      entry.state = "waiting"; // nothing came through
      setTimeout(() => this.#upload(entry), HOLD_FIRST);
    }
    this.#changed();
  }

  #fetchFile(path, options) {
    const headers = { Authorization: `Bearer ${this.#store.get("token")}` };
    return fetch(`${this.#server}/chat/files${path}`, { headers, credentials: "omit", cache: "no-store", ...options });
  }

  async #picture(id) {
    const answer = await this.#fetchFile(`/${id}`);
    if (!answer.ok) throw new Error("no picture");
    return answer.blob();
  }

  sendTyping(on) {
    this.#link.send({ type: "typing", on });
  }

  // Messages by number, notes where they happened, then what is still on its way.
  get items() {
    const said = [...this.#messages.values()].sort((a, b) => a.number - b.number);
    const items = said.map((message, index) => this.#item(message, said, index));
    for (const note of this.#notes) {
      const at = items.findIndex((item) => item.number > note.after);
      items.splice(at < 0 ? items.length : at, 0, note);
    }
    return items.concat(this.#outbox.entries.map((entry) => ({
      key: entry.id, author: "shopper", text: entry.shown, at: entry.at, state: entry.state, error: entry.error,
    })), this.#uploads);
  }

  get newest() {
    return this.#messages.get(Math.max(...this.#messages.keys()));
  }

  // Buttons are for the newest message alone, and only until it is answered.
  get buttons() {
    const answered = this.newest?.author === "shopper" || this.#outbox.entries.some((entry) => entry.state !== "failed");
    return answered ? [] : this.newest?.buttons || [];
  }

  get empty() {
    return !this.#messages.size && !this.#outbox.entries.length && !this.#uploads.length;
  }

  get unread() {
    const read = this.#read;
    return [...this.#messages.values()].filter((message) => message.number > read && message.author !== "shopper").length;
  }

  markRead() {
    const newest = this.newest?.number || 0;
    if (newest > this.#read) this.#store.set("read", newest);
  }

  get #read() {
    return Number(this.#store.get("read")) || 0;
  }

  #item(message, said, index) {
    const own = message.author === "shopper";
    const key = own && message.id ? message.id : `n${message.number}`;
    const load = message.card?.type === "picture" ? () => this.#picture(message.card.id) : null;
    const notify = this.#notifier.offers(message.card) ? () => this.#notifier.ask(message.card.number) : null;
    return { ...message, key, load, notify, text: own ? this.#titleOf(message, said, index) : message.text };
  }

  // A pressed button comes back as its payload; what the shopper saw and chose was its title.
  #titleOf(message, said, index) {
    for (let before = index - 1; before >= 0 && said[before].author !== "shopper"; before -= 1) {
      const pressed = said[before].buttons?.find((button) => button.payload === message.text);
      if (pressed) return pressed.title;
    }
    return message.text;
  }

  #receive(frame) {
    const known = { welcome: this.#welcome, message: this.#add, typing: this.#setTyping, owner: this.#setOwner,
      error: this.#refuse };
    known[frame.type]?.call(this, frame);
    this.#changed();
    this.filling = false;
  }

  #welcome(frame) {
    this.filling = this.#complete === 0;
    if (frame.owner !== this.owner && this.#complete > 0) this.#setOwner(frame); // changed while we were away
    this.owner = frame.owner;
    this.name = frame.name || "";
    this.#notifier.key = frame.notify || "";
    for (const message of frame.messages) this.#keep(message);
    this.#complete = frame.messages.reduce((most, message) => Math.max(most, message.number), this.#complete);
  }

  #keep(message) {
    this.#messages.set(message.number, message);
    if (message.id) this.#outbox.remove(message.id);
    this.#uploads = this.#uploads.filter((entry) => entry.key !== message.id);
  }

  #add(message) {
    if (this.#messages.has(message.number)) return;
    this.#keep(message);
    while (this.#messages.has(this.#complete + 1)) this.#complete += 1;
    if (message.author !== "shopper") this.#setTyping({ on: false });
    this.#watchOutbox();
  }

  #setTyping({ author, on }) {
    clearTimeout(this.#typingTimer);
    this.typing = on ? author : null;
    if (on) this.#typingTimer = setTimeout(() => this.#receive({ type: "typing", on: false }), TYPING_LIMIT);
  }

  #setOwner({ owner, name = "" }) {
    if (owner === this.owner && name === this.name) return;
    this.owner = owner;
    this.name = name;
    if (owner === "bot") this.#setTyping({ on: false });
    this.#note(sayOf(`now_${owner}`, name));
  }

  #note(text) {
    if (this.#notes.at(-1)?.text === text) return; // each of several tries is refused in the same words
    const after = Math.max(0, ...this.#messages.keys());
    this.#notes.push({ key: newId(), author: "note", text, after, at: Date.now() });
  }

  #refuse({ id, code, text }) {
    const entry = id && this.#outbox.find(id);
    if (!entry) {
      if (text) this.#note(text);
    } else if (LASTING_ERRORS.includes(code)) {
      Object.assign(entry, { state: "failed", error: text || say("failed") });
      this.#outbox.forget(id);
    } else {
      this.#hold(entry, text);
    }
    this.#watchOutbox();
  }

  // The server can't take it just now: try again by ourselves, ever less often.
  #hold(entry, text) {
    entry.pause = Math.min(HOLD_LONGEST, (entry.pause || HOLD_FIRST / 2) * 2);
    Object.assign(entry, { state: "held", error: text || say("held") });
    setTimeout(() => {
      if (entry.state === "held" && this.#outbox.find(entry.id)) this.#post(entry);
      this.#changed();
    }, entry.pause * (0.75 + Math.random() / 2));
  }

  #post(entry) {
    entry.state = this.state === "offline" ? "waiting" : "sending";
    this.#link.send({ type: "message", id: entry.id, text: entry.text });
    this.#watchOutbox();
  }

  #watchOutbox() {
    clearTimeout(this.#watch);
    const open = this.#outbox.entries.some((entry) => entry.state === "sending");
    if (open && this.state === "online") this.#watch = setTimeout(() => this.#link.restart(), ACK_LIMIT);
  }

  #linkChanged() {
    if (this.state !== "online") this.#setTyping({ on: false });
    for (const entry of this.#outbox.entries) {
      if (entry.state !== "failed" && (this.state === "online" || entry.state !== "held")) this.#post(entry);
    }
    this.#uploads.forEach((entry) => this.#upload(entry));
    this.#watchOutbox();
    this.#changed();
  }

  #forget() {
    this.#messages.clear();
    this.#notes = [];
    this.#complete = 0;
    this.#store.remove("read");
    this.#changed();
  }
}
