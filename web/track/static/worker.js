// Shows what the shop tells of an order, also while no page is open, and opens the page when it is pressed.
"use strict";

const HOME = new URL("/track", self.location.href);

self.addEventListener("install", () => self.skipWaiting());

function read(data) {
  try {
    return data.json();
  } catch {
    return {};
  }
}

function pageOf(told) {
  try {
    const page = new URL(told?.url || HOME, HOME);
    return page.origin === HOME.origin ? page.href : HOME.href;
  } catch {
    return HOME.href;
  }
}

async function show(page) {
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = open.find((client) => client.url.split(/[?#]/)[0] === page);
  return there ? there.focus() : self.clients.openWindow(page);
}

self.addEventListener("push", (event) => {
  const { title, body, tag, url } = read(event.data);
  const shown = { body: body || "", tag: tag || "order", data: { url } };
  event.waitUntil(self.registration.showNotification(title || "News of your order", shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(pageOf(event.notification.data)));
});
