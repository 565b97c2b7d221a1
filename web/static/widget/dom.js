// Makes elements without ever parsing HTML: text goes in as text, links only as http or https.

const SVG = "http://www.w3.org/2000/svg";

// Stroke paths on a 24 by 24 grid.
const ICONS = {
  chat: ["M12 3.5c-5 0-9 3.4-9 7.7 0 2.4 1.3 4.6 3.3 6L5.6 21l4.2-2.3c.7.1 1.4.2 2.2.2 5 0 9-3.4 9-7.7s-4-7.7-9-7.7z",
    "M8.4 9.6 12 7.8l3.6 1.8v3.9L12 15.3l-3.6-1.8z", "M8.6 9.7 12 11.4l3.4-1.7", "M12 11.4v3.7"],
  down: ["M6 9.5l6 6 6-6"],
  close: ["M6 6l12 12", "M18 6L6 18"],
  send: ["M5 12h13", "M12.5 6l6 6-6 6"],
  person: ["M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M4.5 20c1-3.6 4-5 7.5-5s6.5 1.4 7.5 5"],
  box: ["M12 3l8 4.3v9.4L12 21l-8-4.3V7.3z", "M4.3 7.5L12 11.7l7.7-4.2", "M12 11.7V21"],
  out: ["M9 5h10v10", "M19 5L6 18"],
  check: ["M6 12.5l4 4 8-9"],
  picture: ["M4 5.5h16v13H4z", "M4 15.5l4.5-4 4 3.5 3-2.5 4.5 4", "M15.5 9v.1"],
  alert: ["M12 7.5v6", "M12 17v.1", "M12 3.2a8.8 8.8 0 1 0 0 17.6 8.8 8.8 0 0 0 0-17.6z"],
};

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon icon-${name}`);
  for (const d of ICONS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

function webAddress(text) {
  try {
    const address = new URL(text);
    return ["http:", "https:"].includes(address.protocol) ? address.href : null;
  } catch {
    return null;
  }
}

function link(href, ...children) {
  return make("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children, hiddenText(` ${say("new_tab")}`));
}

function hiddenText(text) {
  return make("span", { class: "sr" }, text);
}

// Text with its web addresses made into links; a closing bracket or full stop is not part of an address.
function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}])/).map((part, index) => {
    const href = index % 2 ? webAddress(part) : null;
    return href ? link(href, part) : part;
  });
}
