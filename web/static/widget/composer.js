// The line one types in: Enter sends, Shift+Enter breaks the line, and the length limit shows before it bites.

const LONGEST = 2000;
const WARN_AT = 200;
const TYPING_PAUSE = 4_000;
const TALLEST = 132;

class Composer {
  #drafts;
  #send;
  #typing;
  #typingTimer;
  #field;
  #button;
  #picker;
  #counter = make("p", { class: "counter", role: "status" });
  element;

  // drafts keeps half-written text over a reload; send(text) takes a message, attach(file) a picture, typing(on) hears
  // about typing.
  constructor(drafts, send, attach, typing) {
    this.#drafts = drafts;
    this.#send = send;
    this.#typing = typing;
    this.#field = make("textarea", {
      rows: 1, "aria-label": say("compose"), placeholder: say("placeholder"), enterkeyhint: "send",
      oninput: () => this.#edited(), onkeydown: (event) => this.#key(event),
    });
    this.#button = make("button", { type: "submit", class: "send", "aria-label": say("send") }, icon("send"));
    this.#picker = make("input", { type: "file", accept: "image/*", hidden: true, onchange: () => this.#picked(attach) });
    const clip = make("button", { type: "button", class: "attach", "aria-label": say("attach"), onclick: () => this.#picker.click() },
      icon("picture"));
    this.element = make("form", { class: "composer", onsubmit: (event) => this.#submit(event) },
      make("div", { class: "field" }, this.#field, clip, this.#button), this.#picker, this.#counter);
    this.#field.value = drafts.get("draft") || "";
    this.refresh();
  }

  focus() {
    this.#field.focus({ preventScroll: true });
  }

  // Counts as the server does: by characters, not by halves of emoji.
  get #left() {
    return LONGEST - [...this.#field.value.trim()].length;
  }

  #key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#submit(event);
  }

  #submit(event) {
    event.preventDefault();
    const text = this.#field.value.trim();
    if (!text || this.#left < 0) return;
    this.#field.value = "";
    this.#edited();
    this.focus();
    this.#send(text);
  }

  #picked(attach) {
    for (const file of this.#picker.files) attach(file);
    this.#picker.value = ""; // or the same picture can't be picked again
    this.focus();
  }

  #edited() {
    this.#drafts.set("draft", this.#field.value);
    this.refresh();
    this.#tellTyping(this.#field.value !== "");
  }

  // Also to be called once the field becomes visible: a hidden one has no height to measure.
  refresh() {
    const left = this.#left;
    this.#button.disabled = left < 0 || left === LONGEST;
    this.#counter.textContent = left > WARN_AT ? "" : sayCount(left < 0 ? "too_long" : "characters_left", Math.abs(left));
    this.#counter.classList.toggle("over", left < 0);
    this.#field.toggleAttribute("aria-invalid", left < 0);
    this.#field.style.height = "auto";
    this.#field.style.height = `${Math.min(TALLEST, this.#field.scrollHeight)}px`;
  }

  #tellTyping(on) {
    const was = this.#typingTimer !== undefined;
    clearTimeout(this.#typingTimer);
    this.#typingTimer = on ? setTimeout(() => this.#tellTyping(false), TYPING_PAUSE) : undefined;
    if (was !== on) this.#typing(on);
  }
}
