// The list of what was said: one element a message, kept while it lives, so that nothing is drawn or read aloud twice.

const SAME_BREATH = 2 * 60_000; // messages of one author this close together share one time stamp

function bubbleParts(item) {
  if (item.load) return [pictureBubble(item)];
  const text = item.text ? make("div", { class: "bubble" }, ...(item.author === "shopper" ? [item.text] : linked(item.text))) : null;
  const card = item.card?.type === "order" ? orderCard(item.card, item.notify) : null;
  return [text, card];
}

function messageElement(item) {
  const day = make("p", { class: "day", hidden: true });
  if (item.author === "note") return make("div", { class: "item note" }, day, make("p", {}, item.text));
  const name = make("span", { class: item.author === "agent" ? "author" : "sr" }, say(item.author));
  return make("div", { class: `item ${item.author}` }, day, name, ...bubbleParts(item), make("p", { class: "meta" }));
}

function metaOf(item) {
  if (item.error) return item.error;
  return item.state ? say(item.state) : timeElement(item.at, clock);
}

class MessageList {
  #box;
  #elements = new Map();
  #stamps = new Map();

  constructor(box) {
    this.#box = box;
  }

  show(items) {
    this.#dropMissing(items);
    items.forEach((item, index) => this.#place(item, index));
    items.forEach((item, index) => this.#arrange(item, items[index - 1], items[index + 1]));
  }

  #dropMissing(items) {
    const kept = new Set(items.map((item) => item.key));
    for (const [key, element] of this.#elements) {
      if (kept.has(key)) continue;
      element.remove();
      this.#elements.delete(key);
      this.#stamps.delete(key);
    }
  }

  #place(item, index) {
    if (!this.#elements.has(item.key)) this.#elements.set(item.key, messageElement(item));
    const element = this.#elements.get(item.key);
    if (this.#box.children[index] !== element) this.#box.insertBefore(element, this.#box.children[index] || null);
    const stamp = `${item.state || ""}|${item.error || ""}|${item.at}`;
    if (this.#stamps.get(item.key) === stamp) return;
    this.#stamps.set(item.key, stamp);
    element.querySelector(":scope > .meta")?.replaceChildren(metaOf(item));
    element.classList.toggle("unsent", Boolean(item.state));
    element.classList.toggle("trouble", Boolean(item.error));
  }

  #arrange(item, before, after) {
    const element = this.#elements.get(item.key);
    element.classList.toggle("first", before?.author !== item.author);
    const joined = after?.author === item.author && new Date(after.at) - new Date(item.at) < SAME_BREATH;
    element.classList.toggle("joined", joined && !item.state && !after.state);
    const day = element.firstChild;
    const date = new Date(item.at);
    day.hidden = before ? new Date(before.at).toDateString() === date.toDateString() : daysAgo(date) === 0;
    if (!day.hidden && !day.firstChild) day.append(timeElement(date.toISOString(), dayName));
  }
}
