"use strict";
const byId = (id) => document.getElementById(id);
const talk = byId("talk");
const words = byId("words");
let attributes = {};

function element(kind, className, text) {
  const made = document.createElement(kind);
  made.className = className;
  made.textContent = text;
  return made;
}

function add(className, text) {
  const line = element("li", className, text);
  talk.append(line);
  talk.scrollTop = talk.scrollHeight;
  return line;
}

function addCard(card) {
  if (!card) return;
  const linking = card.type === "LinkAccount";
  const line = add("card", "In the Alexa app: ");
  line.append(element("strong", "", linking ? "Link your account" : card.title));
  if (!linking) line.append(` · ${card.content}`);
}

function showScreen(order) {
  if (!order) return;
  byId("screen").replaceChildren(element("p", "small", order.title), element("p", "big", order.headline));
}

function speak(text) {
  if (!byId("aloud").checked) return;
  window.speechSynthesis.cancel();
  window.speechSynthesis.speak(new SpeechSynthesisUtterance(text));
}

function show(answer) {
  add("theirs", answer.text);
  addCard(answer.card);
  showScreen(answer.screen);
  attributes = answer.open ? answer.attributes : {};
  byId("light").dataset.open = String(answer.open);
  byId("light").textContent = answer.open ? "Listening: just answer." : "Waiting for “Alexa, …”";
  const { name, slots } = answer.heard;
  const wire = { intent: name, slots, ssml: answer.ssml, reprompt: answer.reprompt, session: answer.attributes };
  byId("wire").textContent = JSON.stringify(wire, null, 2);
  speak(answer.text);
}

async function say(text) {
  add("mine", text);
  const response = await fetch("/speaker/said", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ text, attributes }),
  }).catch(() => null);
  if (!response || !response.ok) return add("card", "Nothing came back. Try again.");
  return show(await response.json());
}

async function showAccount() {
  const { linked } = await (await fetch("/speaker/account")).json();
  byId("linked").hidden = !linked;
  byId("unlinked").hidden = linked;
}

// Hearing and speaking are the browser's, where it can.
function offerVoice() {
  const aloud = document.querySelector(".aloud");
  const Recognition = window.SpeechRecognition || window.webkitSpeechRecognition;
  aloud.hidden = !("speechSynthesis" in window);
  if (!Recognition) return;
  const ear = new Recognition();
  ear.lang = "en-US";
  ear.onresult = (event) => say(event.results[0][0].transcript);
  ear.onend = () => byId("listen").setAttribute("aria-pressed", "false");
  byId("listen").addEventListener("click", () => {
    byId("listen").setAttribute("aria-pressed", "true");
    ear.start();
  });
  byId("listen").hidden = byId("mic").hidden = false;
}

byId("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = words.value.trim();
  words.value = "";
  if (text) say(text);
});
byId("unlink").addEventListener("click", async () => {
  await fetch("/speaker/unlink", { method: "POST" });
  await showAccount();
});
document.querySelectorAll(".phrases button").forEach((phrase) => {
  phrase.addEventListener("click", () => say(phrase.textContent));
});
offerVoice();
showAccount();
words.focus();
