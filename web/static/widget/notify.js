// "Notify me" on an order's card: asks on the order's own page, or right here where that page has the same address.

const ENDED = ["delivered", "returned", "cancelled"];
const WORKER = "/track/worker.js";
const WORKER_SCOPE = "/track/";

class Notifier {
  #server;
  #store;
  key = ""; // the server's, which browsers subscribe with; without one it offers nothing

  constructor(server, store) {
    this.#server = server;
    this.#store = store;
  }

  offers(card) {
    return Boolean(this.key) && card?.type === "order" && !ENDED.includes(card.status);
  }

  // Gives { state } once it is decided here, { url } of the page to go on at.
  async ask(number) {
    const allowed = this.#canHere() ? await Notification.requestPermission() : ""; // first, while the press is fresh
    if (allowed === "denied") return { state: "blocked" };
    const url = await this.#pageOf(number);
    if (allowed !== "granted") return { url: `${url}#notify` };
    await this.#subscribe(new URL(url).pathname);
    return { state: "on" };
  }

  #canHere() {
    const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
    return able && new URL(this.#server).origin === location.origin;
  }

  async #pageOf(number) {
    const headers = { Authorization: `Bearer ${this.#store.get("token")}`, "Content-Type": "application/json" };
    const body = JSON.stringify({ order: number });
    const answer = await fetch(`${this.#server}/chat/notify`, { method: "POST", headers, body, credentials: "omit" });
    const url = answer.ok && webAddress((await answer.json()).url);
    if (!url) throw new Error("no page");
    return url;
  }

  async #subscribe(page) {
    const registration = await navigator.serviceWorker.register(WORKER, { scope: WORKER_SCOPE });
    await activated(registration);
    const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: this.key });
    const body = JSON.stringify({ subscription: subscription.toJSON(), source: "widget" });
    const answer = await fetch(`${page}/push`, { method: "POST", body, headers: { "Content-Type": "application/json" } });
    if (!answer.ok) throw new Error("not kept");
  }
}

function activated({ active, installing, waiting }) {
  const coming = installing || waiting;
  if (active || !coming) return Promise.resolve();
  return new Promise((resolve) => {
    coming.addEventListener("statechange", () => coming.state === "activated" && resolve());
  });
}

function notifyLine(ask) {
  let busy = false;
  const words = make("span", { role: "status" });
  const button = make("button", { type: "button", onclick: async () => {
    if (busy) return;
    busy = true;
    const { state, url } = await ask().catch(() => ({ state: "failed" }));
    busy = false;
    if (url) {
      const page = link(url, say("notify_page"), icon("out"));
      button.replaceWith(page);
      page.focus();
      window.open(url, "_blank", "noopener"); // where that is stopped, the link is there
      return;
    }
    words.textContent = say(`notify_${state}`);
    if (state === "on") button.remove();
  } }, say("notify"));
  return make("p", { class: "notify" }, button, words);
}
