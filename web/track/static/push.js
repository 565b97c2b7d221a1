// "Notify me": lets this browser be told about the order while no page is open. Without scripts it isn't there.
"use strict";

(() => {
  const section = document.querySelector("#notify");
  if (!section) return;
  const button = section.querySelector("button");
  const words = section.querySelector("[role=status]");
  const { key, page } = section.dataset;
  const WORDS = {
    unsupported: "This browser can't show messages from a page. On an iPhone or iPad, add this page to the home screen and open it there.",
    blocked: "This browser blocks messages from this page. Allow them in its settings for this site, then come back.",
    off: "Get a short message on this device when it's on its way to you, and when it has arrived.",
    on: "This device gets a message when there is news of this order.",
    failed: "That didn't work just now. Please try again.",
  };
  let state = "off";
  let busy = false;

  function show(next) {
    state = next === "failed" ? state : next;
    words.textContent = WORDS[next];
    button.textContent = state === "on" ? "Stop messages" : "Notify me";
    button.hidden = state === "unsupported" || state === "blocked";
    section.hidden = false;
  }

  async function send(method, path, subscription) {
    const body = JSON.stringify({ subscription: subscription.toJSON(), source: "page" });
    const answer = await fetch(page + path, { method, body, headers: { "Content-Type": "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer;
  }

  function bytes(base64) {
    const plain = atob(base64.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  }

  // Subscribed with a key that the shop has no more, it would never hear anything.
  function isOurs(subscription) {
    const theirs = new Uint8Array(subscription.options.applicationServerKey || []);
    return theirs.length > 0 && theirs.every((byte, place) => byte === bytes(key)[place]);
  }

  async function current() {
    const registration = await navigator.serviceWorker.getRegistration("/track/");
    const subscription = registration && await registration.pushManager.getSubscription();
    return subscription && isOurs(subscription) ? subscription : null;
  }

  function active(registration) {
    const coming = registration.installing || registration.waiting;
    if (registration.active || !coming) return registration;
    return new Promise((resolve) => {
      coming.addEventListener("statechange", () => coming.state === "activated" && resolve(registration));
    });
  }

  async function subscribe() {
    const registration = await active(await navigator.serviceWorker.register("/track/worker.js", { scope: "/track/" }));
    const old = await registration.pushManager.getSubscription();
    if (old && isOurs(old)) return old;
    if (old) await old.unsubscribe();
    return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  }

  async function turnOn() {
    const allowed = await Notification.requestPermission();
    if (allowed !== "granted") return show(allowed === "denied" ? "blocked" : "off");
    await send("POST", "/push", await subscribe());
    return show("on");
  }

  async function turnOff() {
    const subscription = await current();
    if (subscription) await send("DELETE", "/push", subscription);
    show("off");
  }

  async function look() {
    const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
    if (!able) return show("unsupported");
    if (Notification.permission === "denied") return show("blocked");
    const subscription = Notification.permission === "granted" && await current();
    const known = subscription && await (await send("POST", "/push/known", subscription)).json();
    return show(known && known.on ? "on" : "off");
  }

  button.addEventListener("click", async () => {
    if (busy) return; // not `disabled`: that would take the focus away
    busy = true;
    await (state === "on" ? turnOff() : turnOn()).catch(() => show("failed"));
    busy = false;
  });
  look().catch(() => show("off")).then(() => {
    if (location.hash === "#notify") section.scrollIntoView();
  });
})();
