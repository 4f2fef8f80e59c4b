/**
 * Shows a customer's turn when no page is open: the phone's own browser wakes it. It fetches nothing and keeps nothing.
 *
 * What comes is { title, body, tag, lang, page }. The same tag is the same moment, shown once and heard once; a call
 * takes the place of "almost your turn".
 */

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  event.waitUntil(show(event.data.json()));
});

async function show({ title, body, tag, lang, page }) {
  for (const shown of await self.registration.getNotifications()) {
    if (shown.data?.page === page && shown.tag !== tag) shown.close();
  }
  await self.registration.showNotification(title, {
    body,
    tag,
    lang,
    data: { page },
    icon: "/static/web/icon.svg",
    requireInteraction: true,
    vibrate: [400, 200, 400, 200, 400],
  });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.page));
});

async function open(page) {
  const path = new URL(page, self.location.origin).pathname;
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = pages.find((one) => new URL(one.url).pathname === path);
  return there ? there.focus() : self.clients.openWindow(page);
}
