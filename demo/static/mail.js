"use strict";
const mails = document.getElementById("mails");
let shown = "";

// The list is drawn by the server; here it is only put in place when it is another one.
async function look() {
  const response = await fetch(mails.dataset.list).catch(() => null);
  const list = response && response.ok ? await response.text() : shown;
  if (list !== shown) put(list);
  setTimeout(look, 2000);
}

function put(list) {
  const focused = mails.contains(document.activeElement) ? document.activeElement.pathname : "";
  mails.innerHTML = shown = list;
  for (const link of mails.querySelectorAll("a")) {
    if (link.pathname === location.pathname) link.parentElement.setAttribute("aria-current", "true");
    if (link.pathname === focused) link.focus();
  }
}

look();
