/*
 * The service worker, served at /sw.js after `const GIVEN = {version, files, offline}`. It keeps the named static files
 * of one version and one page that says there is no connection; never a page with anything in it.
 */
const KEPT = `parvis-${GIVEN.version}`;
const FILES = new Set(GIVEN.files);

self.addEventListener('install', (event) => event.waitUntil((async () => {
  const cache = await caches.open(KEPT);
  // Asked without cookies: the page is the same for everybody, and says nothing of anybody.
  await cache.addAll([...GIVEN.files, GIVEN.offline].map((url) => new Request(url, { credentials: 'omit', cache: 'reload' })));
  // Files are named by their content: an older page finds its own at the server, nothing keeps the new worker waiting.
  await self.skipWaiting();
})()));

self.addEventListener('activate', (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith('parvis-') && name !== KEPT) await caches.delete(name);
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
})()));

const page = async (event) => {
  try {
    return (await event.preloadResponse) || (await fetch(event.request));
  } catch {
    return (await caches.match(GIVEN.offline, { ignoreVary: true })) || Response.error();
  }
};
const file = async (request) => (await caches.match(request, { ignoreVary: true })) || fetch(request);

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page(event));
  else if (FILES.has(url.pathname)) event.respondWith(file(request));
});

/* A push holds {title, body, url, tag, lang}, made for the person who is signed in here; another tag of the same name is replaced. */
self.addEventListener('push', (event) => event.waitUntil((async () => {
  let said = {};
  try { said = event.data.json(); } catch { /* shown as something new */ }
  await self.registration.showNotification(said.title || GIVEN.name, {
    body: said.body, tag: said.tag, lang: said.lang, icon: GIVEN.icon, badge: GIVEN.icon, data: { url: said.url || '/notifications/' },
  });
})()));

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const url = new URL(event.notification.data.url, self.location.origin);
  event.waitUntil((async () => {
    if (url.origin !== self.location.origin) return;
    const open = (await self.clients.matchAll({ type: 'window' }))[0];
    if (!open) { await self.clients.openWindow(url.href); return; }
    await open.focus();
    await open.navigate(url.href).catch(() => self.clients.openWindow(url.href));
  })());
});
