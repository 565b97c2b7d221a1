// Reads the script tag's data attributes; anything unusable falls back to its default and says so in the console.

// Only known while the script first runs; a page that loads it as a module has to be searched for the tag.
const SCRIPT = document.currentScript || document.querySelector('script[src*="widget.js"]');
const DEFAULT_COLOR = "#2f54d6";

function oneOf(name, value, allowed) {
  if (value === undefined || allowed.includes(value)) return value || allowed[0];
  console.warn(`Doorstep: data-${name}="${value}" is not one of ${allowed.join(", ")}`);
  return allowed[0];
}

function readColor(value) {
  if (value === undefined) return DEFAULT_COLOR;
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(value.trim());
  const color = short ? `#${short.slice(1).map((digit) => digit + digit).join("")}` : value.trim();
  if (/^#[0-9a-f]{6}$/i.test(color)) return color;
  console.warn(`Doorstep: data-color="${value}" is not a colour such as #2f54d6`);
  return DEFAULT_COLOR;
}

function readServer(script) {
  const given = script.dataset.server;
  const address = given ? new URL(given, location.href) : new URL(".", script.src);
  return (address.origin + address.pathname).replace(/\/+$/, "");
}

function readOptions(script) {
  const data = script.dataset;
  const lang = oneOf("lang", data.lang, Object.keys(STRINGS));
  useLanguage(lang);
  return {
    lang,
    server: readServer(script),
    color: readColor(data.color),
    position: oneOf("position", data.position, ["right", "left"]),
    theme: oneOf("theme", data.theme, ["auto", "light", "dark"]),
    title: data.title || say("title"),
    greeting: data.greeting ?? say("greeting"),
    suggestions: (data.suggestions ?? say("suggestions")).split("|").map((text) => text.trim()).filter(Boolean),
    open: oneOf("open", data.open === "" ? "true" : data.open, ["false", "true", "always"]),
    token: data.token,
  };
}
