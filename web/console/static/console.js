// Puts the console's page to life: what happens elsewhere shows at once, and forms are sent without leaving the page.

import { alertWaiting } from "./alerts.js";
import "./keys.js";
import { Live } from "./live.js";
import { page, post, replace, soon, tell } from "./server.js";
import { refreshTimes } from "./times.js";

const TICK = 20_000;
const RELOAD_EVERY = 60_000;
const TYPING_PAUSE = 4_000;
const TYPING_LIMIT = 30_000;
const talk = document.querySelector("[data-talk]");
const open = talk?.dataset.talk || "";
const composer = talk?.querySelector("[data-say]");
const reply = composer?.elements.text;
const scroller = talk?.querySelector(".scroller");
let last = Number(talk?.dataset.last || 0);
let typing = false;
let typingTimer;
let shopperTimer;

const queue = () => document.querySelector("[data-queue]");

const refreshQueue = soon(async () => {
  if (!queue()) return;
  const asked = new URLSearchParams({ view: queue().dataset.view, selected: open });
  const fresh = await page(`/console/queue?${asked}`);
  if (fresh && replace(queue(), fresh.querySelector("[data-queue]"))) watch();
  refreshTimes();
}, 500);

const refreshTalk = soon(async () => {
  if (!open) return;
  const fresh = await page(location.href);
  for (const part of document.querySelectorAll("[data-part]")) {
    replace(part, fresh?.querySelector(`[data-part="${part.dataset.part}"]`));
  }
  showOwner();
  refreshTimes();
}, 150);

const live = new Live({
  frame: (frame) => FRAMES[frame.type]?.(frame),
  state: (online) => {
    document.querySelector("[data-link]").textContent = online ? "" : "Reconnecting…";
    document.documentElement.toggleAttribute("data-online", online);
    if (!online) return;
    live.send({ type: "open", conversation: open, after: last });
    watch();
    refreshQueue();
    refreshTalk();
  },
});

const FRAMES = {
  messages: ({ html, last: newest, shopper }) => {
    const near = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 120;
    talk.querySelector(".transcript").insertAdjacentHTML("beforeend", html);
    last = newest;
    if (shopper) showTyping(false);
    refreshTimes(talk);
    if (near) toBottom();
  },
  typing: ({ on }) => showTyping(on),
  said: ({ conversation, author, preview, at }) => {
    const row = document.querySelector(`[data-row="${CSS.escape(conversation)}"]`);
    if (!row) return;
    row.querySelector("[data-preview]").textContent = author === "agent" ? `Agent: ${preview}` : preview;
    if (author === "shopper" && conversation !== open) row.classList.add("unread");
    if (queue()?.dataset.view !== "waiting") row.querySelector(".when time").dateTime = at;
    refreshTimes(row);
  },
  changed: ({ conversation, owner }) => {
    if (owner === "waiting") alertWaiting(conversation);
    refreshQueue();
    if (conversation === open) refreshTalk();
  },
  signed_out: () => location.reload(),
};

function watch() {
  const rows = [...document.querySelectorAll("[data-queue] [data-row]")].map((row) => row.dataset.row);
  live.send({ type: "watch", conversations: rows });
  const waiting = Number(queue()?.dataset.waiting || 0);
  document.title = document.title.replace(/^(\(\d+\) )?/, waiting ? `(${waiting}) ` : "");
}

function toBottom() {
  scroller.scrollTop = scroller.scrollHeight;
}

function showTyping(on) {
  clearTimeout(shopperTimer);
  talk.querySelector("[data-typing]").textContent = on ? "The shopper is typing…" : "";
  if (on) shopperTimer = setTimeout(() => showTyping(false), TYPING_LIMIT);
}

function tellTyping(on) {
  clearTimeout(typingTimer);
  if (on) typingTimer = setTimeout(() => tellTyping(false), TYPING_PAUSE);
  if (on !== typing) live.send({ type: "typing", on });
  typing = on;
}

function showOwner() {
  const mine = talk.querySelector("[data-part=head]").dataset.owner === "mine";
  if (mine && composer.hidden) {
    composer.hidden = false;
    reply.focus();
  }
  composer.hidden = !mine;
  toBottom();
}

async function say() {
  const form = new FormData(composer);
  if (!form.get("text").trim() || composer.ariaBusy === "true") return;
  composer.ariaBusy = "true";
  const worked = await post(composer.action, form);
  composer.ariaBusy = "false";
  if (worked !== null) composer.elements.message_id.value = crypto.getRandomValues(new Uint32Array(4)).join("-");
  if (!worked) return;
  reply.value = "";
  tellTyping(false);
  toBottom();
}

// What the order didn't know stands in brackets: it is selected, to be written over.
function insert(text) {
  reply.value = reply.value.trim() ? `${reply.value.trim()}\n${text}` : text;
  const gap = /\[[^\]]+\]/.exec(reply.value);
  reply.focus();
  if (gap) reply.setSelectionRange(gap.index, gap.index + gap[0].length);
  tellTyping(true);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form === composer) {
    event.preventDefault();
    await say();
  } else if (form.matches("[data-act]")) {
    event.preventDefault();
    form.closest("details.menu")?.removeAttribute("open");
    const worked = await post(form.action, new FormData(form));
    if (worked && form.matches("[data-clears]")) form.reset();
    if (worked && form.matches("[data-onchange]")) tell("Saved.");
    document.activeElement?.matches("select, button") && document.activeElement.blur();
    refreshTalk();
    refreshQueue();
  }
});
document.addEventListener("change", (event) => event.target.closest("form[data-onchange]")?.requestSubmit());
document.addEventListener("click", (event) => {
  const canned = event.target.closest("[data-canned]");
  if (canned) {
    canned.closest("details").removeAttribute("open");
    insert(canned.dataset.canned);
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.removeAttribute("open");
  }
});
reply?.addEventListener("input", () => tellTyping(reply.value !== ""));
reply?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  say();
});

refreshTimes();
if (talk) {
  toBottom();
  if (!composer.hidden && matchMedia("(min-width: 900px)").matches) reply.focus();
}
setInterval(() => refreshTimes(), TICK);
setInterval(() => document.hidden || (refreshQueue(), refreshTalk()), RELOAD_EVERY);
