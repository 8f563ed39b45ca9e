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
