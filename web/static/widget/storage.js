// What the browser remembers: the visitor's token, what is read, and messages the server has not acknowledged yet.

// Storage may be blocked or full; then the page itself remembers, which is the best that can be done.
function openArea(name) {
  const memory = new Map();
  const inMemory = {
    getItem: (key) => memory.get(key) ?? null,
    setItem: (key, value) => memory.set(key, value),
    removeItem: (key) => memory.delete(key),
    keys: () => [...memory.keys()],
  };
  try {
    const area = window[name];
    area.setItem("doorstep:probe", "1");
    area.removeItem("doorstep:probe");
    return {
      getItem: (key) => area.getItem(key),
      setItem: (key, value) => area.setItem(key, value),
      removeItem: (key) => area.removeItem(key),
      keys: () => Object.keys(area),
    };
  } catch {
    return inMemory;
  }
}

class Store {
  #area;
  #prefix;

  constructor(areaName, server) {
    this.#area = openArea(areaName);
    this.#prefix = `doorstep:${server}:`;
  }

  get(name) {
    return this.#area.getItem(this.#prefix + name);
  }

  // False when there was no room: the caller's own copy is then the only one.
  set(name, value) {
    try {
      this.#area.setItem(this.#prefix + name, value);
      return true;
    } catch {
      return false;
    }
  }

  remove(name) {
    this.#area.removeItem(this.#prefix + name);
  }

  names(start) {
    const whole = this.#prefix + start;
    return this.#area.keys().filter((key) => key.startsWith(whole)).map((key) => key.slice(this.#prefix.length));
  }
}

// crypto.randomUUID exists only on secure pages; a shop may still be on plain http.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// Unacknowledged messages, one storage key each, so that two tabs never overwrite each other's.
class Outbox {
  #store;
  #entries;

  constructor(store) {
    this.#store = store;
    this.#entries = store.names("out:").map((name) => this.#read(name)).filter(Boolean);
    this.#entries.sort((a, b) => a.at - b.at);
  }

  #read(name) {
    try {
      const entry = JSON.parse(this.#store.get(name));
      return typeof entry.id === "string" && typeof entry.text === "string" ? { ...entry, state: "sending" } : null;
    } catch {
      return null;
    }
  }

  get entries() {
    return this.#entries;
  }

  add(text, shown) {
    const last = this.#entries.at(-1);
    const entry = { id: newId(), text, shown, at: Math.max(Date.now(), last ? last.at + 1 : 0) };
    this.#store.set(`out:${entry.id}`, JSON.stringify(entry));
    const kept = { ...entry, state: "sending" };
    this.#entries.push(kept);
    return kept;
  }

  find(id) {
    return this.#entries.find((entry) => entry.id === id);
  }

  remove(id) {
    this.#entries = this.#entries.filter((entry) => entry.id !== id);
    this.forget(id);
  }

  // Stays on the page, but is not sent again after a reload.
  forget(id) {
    this.#store.remove(`out:${id}`);
  }
}
