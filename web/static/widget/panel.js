// The launcher and the panel: puts the pieces in place, opens and closes, and keeps the newest message in sight.

const TICK = 20_000;
const NEAR_BOTTOM = 80;
const DOUBLE_CLICK = 1_000; // a second press of the same button so soon is no second wish

class Panel {
  #options;
  #talk;
  #session;
  #root;
  #list;
  #composer;
  #parts = {};
  #following = true; // the newest message stays in sight until the shopper scrolls up
  #lastKey;
  #pressed;

  constructor(root, options, talk, session) {
    this.#root = root;
    this.#options = options;
    this.#talk = talk;
    this.#session = session;
    this.#composer = new Composer(session, (text) => talk.send(text), (file) => talk.sendPicture(file), (on) => talk.owner !== "bot" && talk.sendTyping(on));
    this.#build();
    this.#list = new MessageList(this.#parts.log);
    new ResizeObserver(() => this.#following && this.#toBottom()).observe(this.#parts.scroller);
    setInterval(() => this.isOpen && refreshTimes(root), TICK);
  }

  get isOpen() {
    return !this.#parts.dialog.hidden;
  }

  open(focus = true) {
    this.#parts.dialog.hidden = false;
    this.#root.host.toggleAttribute("open", true);
    this.#session.set("open", "yes");
    this.#talk.connect();
    this.refresh();
    this.#composer.refresh();
    this.#toBottom();
    if (focus) this.#composer.focus();
  }

  close() {
    const focused = this.#parts.dialog.contains(this.#root.activeElement);
    this.#parts.dialog.hidden = true;
    this.#root.host.toggleAttribute("open", false);
    this.#session.set("open", "no");
    this.refresh();
    if (focused) this.#parts.launcher.focus();
  }

  refresh() {
    this.#showMessages();
    this.#showReplies();
    this.#showTyping();
    this.#showConnection();
    this.#showOwner();
    if (this.isOpen && !document.hidden) this.#talk.markRead();
    this.#showLauncher();
    if (this.#following) this.#toBottom();
    else this.#showJump();
  }

  #build() {
    const parts = this.#parts;
    parts.badge = make("span", { class: "badge", hidden: true, "aria-hidden": "true" });
    parts.launcher = make("button", { class: "launcher", type: "button", "aria-expanded": "false",
      onclick: () => (this.isOpen ? this.close() : this.open()) }, icon("chat"), icon("down"), parts.badge);
    parts.dialog = make("div", { class: "panel", role: "dialog", "aria-labelledby": "title", hidden: true },
      this.#header(), this.#banner(), this.#body(), this.#footer());
    this.#root.append(make("section", { "aria-label": say("chat") }, parts.dialog, parts.launcher));
    this.#root.addEventListener("keydown", (event) => event.key === "Escape" && this.isOpen && this.close());
    // The shop page's own keyboard shortcuts must not fire while one types here.
    for (const type of ["keydown", "keyup", "keypress"]) this.#root.addEventListener(type, (event) => event.stopPropagation());
  }

  #header() {
    this.#parts.status = make("p", { class: "status" });
    return make("header", {}, make("span", { class: "mark" }, icon("box")),
      make("div", { class: "titles" }, make("h2", { id: "title" }, this.#options.title), this.#parts.status),
      make("button", { class: "close", type: "button", "aria-label": say("close"), onclick: () => this.close() },
        icon("close")));
  }

  #banner() {
    this.#parts.bannerText = make("span");
    this.#parts.bannerButton = make("button", { type: "button", onclick: () => this.#talk.retryNow() }, say("try_now"));
    this.#parts.banner = make("div", { class: "banner", role: "status" });
    return this.#parts.banner;
  }

  #body() {
    const parts = this.#parts;
    const { greeting } = this.#options;
    parts.greeting = greeting ? make("div", { class: "item bot first" }, make("div", { class: "bubble" }, greeting)) : null;
    parts.log = make("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": say("conversation") });
    parts.typing = make("div", { class: "typing", role: "status" });
    parts.replies = make("div", { class: "replies", role: "group", "aria-label": say("suggested"), hidden: true });
    parts.scroller = make("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": say("messages"),
      onscroll: () => this.#scrolled() }, parts.greeting, parts.log, parts.typing, parts.replies);
    parts.jump = make("button", { class: "jump", type: "button", hidden: true, "aria-label": say("newest"),
      onclick: () => this.#toBottom() }, icon("down"));
    return make("div", { class: "body" }, parts.scroller, parts.jump);
  }

  #footer() {
    this.#parts.person = make("button", { class: "person", type: "button",
      onclick: () => this.#press(say("talk_to_person")) }, icon("person"), say("talk_to_person"));
    return make("footer", {}, this.#composer.element, this.#parts.person);
  }

  #press(title, payload = title) {
    const again = this.#pressed?.payload === payload && Date.now() - this.#pressed.at < DOUBLE_CLICK;
    this.#pressed = { payload, at: Date.now() };
    if (again) return;
    this.#composer.focus();
    this.#talk.send(payload, title);
  }

  #showMessages() {
    const { items } = this.#talk;
    const last = items.at(-1);
    if (last?.author === "shopper" && last.key !== this.#lastKey) this.#following = true; // one's own words are always shown
    this.#lastKey = last?.key;
    this.#parts.log.setAttribute("aria-busy", this.#talk.filling);
    this.#list.show(items);
  }

  #showOwner() {
    const { status, person } = this.#parts;
    const text = sayOf(`subtitle_${this.#talk.owner}`, this.#talk.name);
    if (status.textContent !== text) status.textContent = text;
    person.hidden = this.#talk.owner !== "bot"; // one has been called for, or is here
    status.classList.toggle("human", this.#talk.owner === "human");
  }

  #showReplies() {
    const suggested = this.#options.suggestions.map((text) => ({ title: text, payload: text }));
    const buttons = this.#talk.empty ? suggested : this.#talk.buttons;
    const shown = JSON.stringify(buttons);
    if (this.#parts.replies.shown === shown) return;
    this.#parts.replies.shown = shown;
    this.#parts.replies.hidden = !buttons.length;
    this.#parts.replies.replaceChildren(...buttons.map(({ title, payload }) => (
      make("button", { type: "button", onclick: () => this.#press(title, payload) }, title))));
  }

  #showTyping() {
    const { typing } = this.#parts;
    const who = this.#talk.typing || "";
    if ((typing.dataset.who || "") === who) return;
    typing.dataset.who = who;
    const dots = () => make("span", { class: "dots", "aria-hidden": "true" }, make("i"), make("i"), make("i"));
    typing.replaceChildren(...(who ? [dots(), hiddenText(sayOf(`typing_${who}`, this.#talk.name))] : []));
  }

  #showConnection() {
    const { banner, bannerText, bannerButton } = this.#parts;
    const { state } = this.#talk;
    if (banner.dataset.state === state) return;
    banner.dataset.state = state;
    if (state === "online" || state === "idle") return banner.replaceChildren();
    bannerText.textContent = say(state);
    banner.replaceChildren(bannerText, ...(state === "offline" ? [bannerButton] : []));
  }

  #showLauncher() {
    const { launcher, badge } = this.#parts;
    const count = this.isOpen ? 0 : this.#talk.unread;
    const label = count ? sayCount("open_unread", count) : say(this.isOpen ? "close" : "open");
    launcher.setAttribute("aria-label", label);
    launcher.setAttribute("aria-expanded", this.isOpen);
    badge.hidden = !count;
    badge.textContent = count > 9 ? "9+" : count;
  }

  #scrolled() {
    const { scroller } = this.#parts;
    this.#following = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_BOTTOM;
    this.#showJump();
  }

  #showJump() {
    this.#parts.jump.hidden = this.#following;
  }

  #toBottom() {
    const { scroller } = this.#parts;
    scroller.scrollTop = scroller.scrollHeight;
    this.#following = true;
    this.#showJump();
  }
}
