// Shows times on the reader's own clock, and how long ago they were.

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "always", style: "short" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });

function ago(date) {
  const past = date - Date.now();
  const minutes = Math.round(past / MINUTE);
  if (minutes === 0) return "now";
  if (Math.abs(minutes) < 60) return relative.format(minutes, "minute");
  if (Math.abs(past) < 2 * DAY) return relative.format(Math.round(minutes / 60), "hour");
  return relative.format(Math.round(past / DAY), "day");
}

function plain(date) {
  return date.toDateString() === new Date().toDateString() ? clock.format(date) : day.format(date);
}

export function refreshTimes(root = document) {
  for (const element of root.querySelectorAll("time[datetime]")) {
    const date = new Date(element.dateTime);
    const text = element.hasAttribute("data-ago") ? ago(date) : plain(date);
    if (element.textContent !== text) element.textContent = text;
    if (!element.title) element.title = full.format(date);
  }
}
