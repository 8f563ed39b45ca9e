/*
 * The service worker of the installed app (worker.js). Browsers allow one over https and on this very machine only: over
 * plain http nothing of it is missed but the page without a connection.
 */
const { parvis } = window;

parvis.install = async (url) => {
  if (!('serviceWorker' in navigator) || !window.isSecureContext) return;
  try {
    if (url) {
      await navigator.serviceWorker.register(url, { scope: '/', updateViaCache: 'none' });
      return;
    }
    for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
  } catch { /* private windows refuse; a worker is never needed */ }
};
for (const el of document.querySelectorAll('x-kept')) parvis.install(el.dataset.worker);
