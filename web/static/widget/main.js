// Puts the widget on the page: one element with a shadow root, one global, nothing else.

const NARROW = "(max-width: 520px), (max-height: 430px)";

function mount(options) {
  const host = document.createElement("doorstep-chat");
  host.setAttribute("data-theme", options.theme);
  host.setAttribute("data-position", options.position);
  host.setAttribute("lang", options.lang);
  const root = host.attachShadow({ mode: "open" });
  applyStyles(root, options.color);
  // Beside the body, not in it: a transform, filter or swap of the body must not move or remove the chat.
  document.documentElement.append(host);
  fitKeyboard(host);
  return root;
}

// A phone's keyboard covers fixed elements instead of shrinking them; the visible part is all the sheet may fill.
function fitKeyboard(host) {
  const view = window.visualViewport;
  if (!view) return;
  const fit = () => {
    host.style.setProperty("--visible-height", `${view.height}px`);
    host.style.setProperty("--visible-top", `${view.offsetTop}px`);
  };
  view.addEventListener("resize", fit);
  view.addEventListener("scroll", fit);
  fit();
}

function start() {
  const options = readOptions(SCRIPT);
  useLocale(options.lang);
  const store = new Store("localStorage", options.server);
  const session = new Store("sessionStorage", options.server);
  if (options.token) resume(store, options.token);
  const root = mount(options);
  let panel = null;
  const talk = new Conversation(options.server, store, () => panel?.refresh());
  panel = new Panel(root, options, talk, session);
  addEventListener("storage", () => panel.refresh()); // another tab may have read the messages
  document.addEventListener("visibilitychange", () => panel.refresh());
  window.Doorstep = { open: () => panel.open(), close: () => panel.close() };
  if (talk.known) talk.connect();
  openAsBefore(panel, session.get("open"), options.open);
}

// A link sent to the shopper names a conversation to go on with, begun elsewhere.
function resume(store, token) {
  if (store.get("token") !== token) store.remove("read");
  store.set("token", token);
}

// From page to page the panel stays as it was left; it covers a phone's whole screen only where the page is for nothing else.
function openAsBefore(panel, before, wished) {
  const welcome = !matchMedia(NARROW).matches && (before === "yes" || (wished === "true" && before !== "no"));
  if (welcome || wished === "always") panel.open(false);
  else panel.refresh();
}

if (!window.Doorstep) start();
