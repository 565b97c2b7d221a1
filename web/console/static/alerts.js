// Tells an agent who looks elsewhere that a shopper waits: a short sound and a desktop notification, once asked for.

const KEPT = "doorstep-console-alerts";
const button = document.querySelector("[data-alerts]");
let audio = null;

function on() {
  return localStorage.getItem(KEPT) === "yes";
}

function show() {
  button.setAttribute("aria-pressed", on());
  button.classList.toggle("on", on());
}

function beep() {
  audio ??= new AudioContext();
  audio.resume();
  [[660, 0], [880, 0.16]].forEach(([pitch, after]) => {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const start = audio.currentTime + after;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, start);
    volume.gain.exponentialRampToValueAtTime(0.2, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.15);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.16);
  });
}

// The words hold nothing of the shopper: others may see the screen.
export function alertWaiting(conversation) {
  if (!on()) return;
  beep();
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const note = new Notification("A shopper is waiting", { body: "Open the console to answer.", tag: conversation });
  note.onclick = () => {
    window.focus();
    location.assign(`/console/conversations/${encodeURIComponent(conversation)}`);
  };
}

button.addEventListener("click", async () => {
  localStorage.setItem(KEPT, on() ? "no" : "yes");
  show();
  if (!on()) return;
  beep();
  if ("Notification" in window && Notification.permission === "default") await Notification.requestPermission();
});
show();
