/*
 * <x-push data-key>: asks the browser for notifications, and gives the server the address at which it takes them. The form
 * inside is shown where that is possible, and where this device isn't told already.
 */
const { parvis } = window;
const { on, element } = parvis;

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (one) => one.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

element('x-push', async (el, signal) => {
  const form = el.querySelector('form');
  const part = (name) => el.querySelector(`[data-${name}]`);
  const show = (name) => {
    for (const one of ['none', 'denied', 'failed']) part(one).hidden = one !== name;
    form.hidden = name === 'none' || name === 'denied' || name === 'told';
  };
  if (!window.isSecureContext || !('serviceWorker' in navigator) || !('PushManager' in window)) return;
  if (Notification.permission === 'denied') { show('denied'); return; }
  const worker = await navigator.serviceWorker.getRegistration().catch(() => undefined) || await Promise.race([
    navigator.serviceWorker.ready, new Promise((done) => { setTimeout(done, 5000); }),
  ]);
  if (!worker) return;
  const isHere = document.querySelector('[data-here-device]');
  // Told under a key that is gone, or by who was here before: it begins anew.
  if (!isHere) await worker.pushManager.getSubscription().then((old) => old?.unsubscribe()).catch(() => {});
  show(isHere ? 'told' : '');
  on(form, 'submit', async (event) => {
    if (form.elements.endpoint.value) return;
    event.preventDefault();
    if ((await Notification.requestPermission()) !== 'granted') { show(Notification.permission === 'denied' ? 'denied' : ''); return; }
    try {
      const ready = await navigator.serviceWorker.ready;
      const found = await ready.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(el.dataset.key) });
      form.elements.endpoint.value = found.endpoint;
      form.elements.public_key.value = text(found.getKey('p256dh'));
      form.elements.auth.value = text(found.getKey('auth'));
    } catch { show('failed'); return; }
    form.submit();
  }, signal);
});
