// Times in words, in the shopper's own zone and, within the widget's language, the shopper's own habits.

const MINUTE = 60_000;
const DAY = 86_400_000;

let locale = "en";

function useLocale(lang) {
  locale = (navigator.languages || []).find((tag) => tag.split("-")[0] === lang) || lang;
}

function format(date, options) {
  return new Intl.DateTimeFormat(locale, options).format(date);
}

const clock = (date) => format(date, { hour: "numeric", minute: "2-digit" });
const fullTime = (date) => format(date, { dateStyle: "full", timeStyle: "long" });

function daysAgo(date) {
  const midnight = (moment) => new Date(moment).setHours(0, 0, 0, 0);
  return Math.round((midnight(Date.now()) - midnight(date)) / DAY);
}

function dayName(date) {
  const days = daysAgo(date);
  if (days === 0) return say("today");
  if (days === 1) return say("yesterday");
  const sameYear = date.getFullYear() === new Date().getFullYear();
  return format(date, { weekday: "short", day: "numeric", month: "short", year: sameYear ? undefined : "numeric" });
}

function ago(date) {
  const minutes = Math.round((date - Date.now()) / MINUTE);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "always" });
  if (Math.abs(minutes) < 1) return say("just_now");
  if (Math.abs(minutes) < 60) return relative.format(minutes, "minute");
  if (Math.abs(minutes) < 36 * 60) return relative.format(Math.round(minutes / 60), "hour");
  return relative.format(-daysAgo(date), "day");
}

// A window that spans whole days has no meaningful clock times.
function windowText(earliest, latest) {
  const oneDay = earliest.toDateString() === latest.toDateString();
  const clockTimes = oneDay && latest - earliest < 20 * 60 * MINUTE ? { hour: "numeric", minute: "2-digit" } : {};
  const parts = { weekday: "short", day: "numeric", month: "short", ...clockTimes };
  return new Intl.DateTimeFormat(locale, parts).formatRange(earliest, latest);
}

// A <time> whose words age: refreshTimes writes them anew.
function timeElement(iso, describe, attributes = {}) {
  const date = new Date(iso);
  const element = make("time", { datetime: iso, title: fullTime(date), ...attributes }, describe(date));
  element.describe = () => describe(date);
  return element;
}

function refreshTimes(root) {
  for (const element of root.querySelectorAll("time")) {
    const text = element.describe();
    if (element.textContent !== text) element.textContent = text;
  }
}
