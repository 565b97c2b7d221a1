"use strict";
const tales = ["moves", "quiet"].map((id) => document.getElementById(id));
let states = {};
let heardAt = 0;

function link(text, address) {
  const made = document.createElement("a");
  made.textContent = text;
  made.href = address;
  made.target = "_blank";
  return made;
}

// Only what has changed is touched: a screen reader says what is put in again.
function show(tale, state) {
  const list = tale.querySelector(".steps");
  if (list.dataset.number !== state.number) {
    list.dataset.number = state.number;
    list.replaceChildren(...state.steps.map(() => document.createElement("li")));
    const page = tale.querySelector(".page");
    if (page) page.href = `/demo/track/${state.number}`;
  }
  state.steps.forEach(({ title, done }, place) => {
    const line = list.children[place];
    if (line.textContent !== title) line.textContent = title;
    if (done) line.className = "done";
  });
}

// Said each second, and so never aloud.
function count(tale, state) {
  const left = state.next_in === null ? null : Math.max(0, state.next_in - (performance.now() - heardAt) / 1000);
  const order = document.createElement("strong");
  order.append(link(`Order ${state.number}`, `/demo/track/${state.number}`));
  const ticket = state.ticket ? [" · ", link(`Ticket ${state.ticket}`, `/console/tickets/${state.ticket}`)] : [];
  let rest = state.working ? " · watching …" : "";
  if (left !== null) rest = ` · next scan in ${Math.ceil(left)} s`;
  if (!state.working && state.steps.every(({ done }) => done)) rest = " · done";
  const next = tale.querySelector(".next");
  const said = `${state.number} ${state.ticket} ${rest} ${state.trouble}`;
  if (next.dataset.said === said) return;
  next.dataset.said = said;
  next.replaceChildren(order, ...ticket, state.trouble ? ` · ${state.trouble}` : rest);
}

function draw() {
  for (const tale of tales) {
    const state = states[tale.id];
    tale.querySelector("button").disabled = Boolean(state && state.working);
    if (state) show(tale, state);
    if (state) count(tale, state);
  }
  const quiet = states.quiet;
  const found = quiet && !quiet.working && quiet.ticket && !quiet.steps[2].done;
  document.querySelector("[data-story=found]").disabled = !found;
}

async function heard(response) {
  if (!response || !(response.ok || response.status === 409)) return;
  states = await response.json();
  heardAt = performance.now();
  draw();
}

async function look() {
  await heard(await fetch("/story/state").catch(() => null));
  setTimeout(look, 1000);
}

for (const button of document.querySelectorAll("[data-story]")) {
  button.addEventListener("click", async () => {
    const pace = document.getElementById("quick").checked ? "quick" : "minute";
    const body = JSON.stringify({ story: button.dataset.story, pace });
    const headers = { "Content-Type": "application/json" };
    await heard(await fetch("/story", { method: "POST", headers, body }).catch(() => null));
  });
}
setInterval(draw, 250);
look();
