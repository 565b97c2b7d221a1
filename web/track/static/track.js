// Keeps the page up to date, copies numbers, opens the chat, and counts how long the page is looked at.
// Everything can be read and sent without it.
"use strict";

(() => {
  const order = document.querySelector("#order");
  const actions = document.querySelector("#actions");
  const news = document.querySelector("#news");
  const page = order.dataset.page;

  function showCopyButtons() {
    if (!navigator.clipboard) return;
    for (const button of order.querySelectorAll(".copy")) button.hidden = false;
  }

  function prepareActions() {
    for (const form of actions.querySelectorAll(".chat")) form.hidden = false;
  }

  // Somebody in the middle of a form keeps it as it is.
  function isBusy() {
    const words = [...actions.querySelectorAll("textarea")].some((field) => field.value);
    return words || actions.contains(document.activeElement) || Boolean(actions.querySelector("details[open], input:checked"));
  }

  function update(message) {
    const shown = JSON.parse(message.data);
    const before = order.querySelector("h1").textContent;
    const opened = [...order.querySelectorAll("details")].map((details) => details.open);
    order.innerHTML = shown.order;
    order.querySelectorAll("details").forEach((details, place) => { details.open = Boolean(opened[place]); });
    order.dataset.version = message.lastEventId;
    if (!isBusy()) {
      actions.innerHTML = shown.actions;
      prepareActions();
    }
    showCopyButtons();
    const after = order.querySelector("h1").textContent;
    news.textContent = before === after ? "There is news of your order." : `News of your order: ${after}.`;
  }

  function listen() {
    const stream = new EventSource(`${page}/live?seen=${order.dataset.version}`);
    stream.onmessage = update;
    stream.onopen = () => { document.querySelector(".live").hidden = false; };
    stream.onerror = () => { document.querySelector(".live").hidden = true; };
  }

  async function copy(button) {
    const words = button.firstChild;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      words.data = "Copied";
    } catch {
      words.data = "Copy failed";
    }
    setTimeout(() => { words.data = "Copy"; }, 2000);
  }

  function remembered(change) {
    const name = `doorstep-track:${order.dataset.ref}`;
    try {
      if (change) localStorage.setItem(name, change);
      return localStorage.getItem(name) || "";
    } catch {
      return ""; // storage is blocked: the chat begins anew each time
    }
  }

  function openWidget(token) {
    if (window.Doorstep) return window.Doorstep.open();
    const script = document.createElement("script");
    Object.assign(script.dataset, { token, open: "always", title: order.dataset.shop, color: order.dataset.color });
    script.src = "/widget.js";
    document.head.append(script);
  }

  async function chat(form) {
    const problem = form.querySelector(".problem");
    problem.textContent = "";
    const fields = new URLSearchParams(new FormData(form));
    fields.set("visitor", remembered());
    try {
      const answer = await fetch(form.action, { method: "POST", body: fields });
      if (!answer.ok) throw new Error(String(answer.status));
      const { token } = await answer.json();
      remembered(token);
      openWidget(token);
    } catch {
      problem.textContent = "The chat can't be opened just now. Reload the page, or choose above what it is about.";
    }
  }

  // How long the page was in view, in seconds; sent once, when it is left.
  let inView = 0;
  let since = document.hidden ? null : performance.now();
  function count() {
    if (since !== null) inView += performance.now() - since;
    since = document.hidden ? null : performance.now();
  }
  document.addEventListener("visibilitychange", count);
  addEventListener("pagehide", (event) => {
    count();
    if (!event.persisted || inView) navigator.sendBeacon(`${page}/seen`, String(Math.round(inView / 1000)));
    inView = 0;
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".copy");
    if (button) copy(button);
  });
  actions.addEventListener("submit", (event) => {
    if (!event.target.matches(".chat")) return;
    event.preventDefault();
    chat(event.target);
  });
  addEventListener("beforeprint", () => {
    for (const details of order.querySelectorAll("details")) details.open = true;
  });

  if (!actions.querySelector("[role=status]") && location.hash === "#help") {
    const help = actions.querySelector(".help");
    if (help) help.open = true;
  }
  showCopyButtons();
  prepareActions();
  if (window.EventSource) listen();
})();
