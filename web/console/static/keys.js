// The keyboard: one letter, one act, never while somebody types.

const list = document.querySelector("[data-keys-list]");
let stood = ""; // the conversation stepped to last: rows are replaced under the keyboard, and focus may go with them

function step(by) {
  const rows = [...document.querySelectorAll(".rows [data-row]")];
  const focused = rows.find((row) => row === document.activeElement || row.ariaCurrent === "true");
  const at = rows.findIndex((row) => row === focused || (!focused && row.dataset.row === stood));
  const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
  next?.focus();
  stood = next?.dataset.row ?? "";
  if (document.querySelector("[data-talk]")) next?.click();
}

function press(selector) {
  document.querySelector(selector)?.click();
}

function write(selector) {
  const field = document.querySelector(selector);
  if (field?.checkVisibility()) field.focus();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  t: () => press("[data-key=t]"),
  b: () => press("[data-key=b]"),
  s: () => press("[data-key=s]"),
  r: () => write("#reply"),
  n: () => write("#note"),
  c: () => {
    press("#canned > summary");
    document.querySelector("#canned button")?.focus();
  },
  "/": () => write("#search"),
  w: () => press("a[data-view=waiting]"),
  m: () => press("a[data-view=mine]"),
  o: () => press("a[data-view=open]"),
  "?": () => list.showModal(),
};

addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    document.querySelectorAll("details.menu[open]").forEach((menu) => menu.removeAttribute("open"));
    if (event.target.matches("input, textarea, select, details *")) event.target.blur();
    return;
  }
  const typing = event.target.closest("input, textarea, select, dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !(event.key in KEYS)) return;
  event.preventDefault();
  KEYS[event.key]();
});
document.querySelector("[data-keys]").addEventListener("click", () => list.showModal());
