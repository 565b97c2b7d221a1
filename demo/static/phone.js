"use strict";
const list = document.getElementById("texts");
const words = document.getElementById("words");
const sender = document.getElementById("sender");

function add(kind, text) {
  const line = document.createElement("li");
  line.className = kind;
  line.textContent = text;
  list.append(line);
  line.scrollIntoView({ block: "end" });
}

function show({ text, segments, plain }) {
  add("theirs", text);
  const cost = segments === 1 ? "1 segment" : `${segments} segments`;
  add("note", `${cost}, ${text.length} characters${plain ? "" : ", not plain GSM"}`);
}

async function send(text) {
  add("mine", text);
  const response = await fetch("/phone/texts", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ sender: sender.value, text }),
  }).catch(() => null);
  if (!response || !response.ok) return add("note", "Not delivered. Try again.");
  const { texts } = await response.json();
  if (texts.length === 0) add("note", "Silence: this number has said STOP, or the answer comes later.");
  return texts.forEach(show);
}

// What the shop sends by itself: late answers, a person's words, codes.
async function look() {
  const asked = sender.value;
  const response = await fetch(`/phone/texts?phone=${encodeURIComponent(asked)}`).catch(() => null);
  if (response && response.ok && asked === sender.value) (await response.json()).texts.forEach(show);
  setTimeout(look, 2000);
}

document.getElementById("write").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = words.value.trim();
  words.value = "";
  if (text) send(text);
});
sender.addEventListener("change", () => list.replaceChildren());
document.querySelectorAll(".phrases button").forEach((phrase) => {
  phrase.addEventListener("click", () => send(phrase.textContent));
});
const asked = new URLSearchParams(location.search).get("of");
if ([...sender.options].some(({ value }) => value === asked)) sender.value = asked;
words.focus();
look();
