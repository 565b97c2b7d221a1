// Asks the server for pages and sends forms to it; puts fresh parts of a page in place of old ones.

const toast = document.querySelector("[data-toast]");
const formToken = document.querySelector("meta[name=form-token]").content;
const sources = new WeakMap(); // elements as they came: here, times have been written into them
let toastTimer;

export function tell(text) {
  toast.textContent = text;
  toast.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => toast.classList.remove("shown"), 7_000);
}

// Whether it worked; what went wrong is told. null: the server was not reached, trying again may help.
export async function post(address, body) {
  try {
    const answer = await fetch(address, { method: "POST", body, headers: { "X-Form-Token": formToken, "X-Doorstep": "act" } });
    if (answer.ok) return true;
    const said = await answer.json().catch(() => ({}));
    tell(said.error?.message || "That did not work. Try again.");
    if (answer.status === 401) location.reload();
    return false;
  } catch {
    tell("The server can't be reached. Nothing was lost; try again.");
    return null;
  }
}

export async function page(address) {
  const answer = await fetch(address, { headers: { "X-Doorstep": "background" } });
  if (answer.status === 401) location.reload();
  if (!answer.ok) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// Replaces an element unless nothing changed or somebody is busy in it; what was unfolded stays so.
export function replace(old, fresh) {
  const source = fresh?.outerHTML;
  if (!old || !fresh || sources.get(old) === source || isBusy(old)) return false;
  sources.set(fresh, source);
  const folds = [...old.querySelectorAll("details[id]")].map(({ id, open }) => [id, open]);
  const scrolled = old.scrollTop;
  const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  old.replaceWith(fresh);
  for (const [id, open] of folds) fresh.querySelector(`#${CSS.escape(id)}`)?.toggleAttribute("open", open);
  fresh.scrollTop = scrolled;
  if (focused) fresh.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
  return true;
}

function isBusy(part) {
  const active = document.activeElement;
  return part.contains(active) && active.matches("input, select, textarea");
}

// Calls `work` soon, once for many calls, and never twice at a time.
export function soon(work, pause) {
  let timer = null;
  let running = false;
  const run = async () => {
    timer = null;
    if (running) return start();
    running = true;
    await work().catch(() => {});
    running = false;
  };
  const start = () => {
    timer ??= setTimeout(run, pause * (0.5 + Math.random()));
  };
  return start;
}
