/*
 * <x-kept data-person data-worker>: texts published without a connection. Each is kept on this device under its writer,
 * sent through its form's own address once there is a network, and given back to its box when it is refused. Receipts
 * see to it that what was sent twice is written once. At sign-out texts are sent first; what can't be is asked about.
 */
const { parvis } = window;
const { on, t, make, element, token } = parvis;

const LOGOUT = '/accounts/logout/';
let person = '';
const mark = () => `parvis-out:${person}:`;
const shelves = () => `draft:${person}:`;

const store = {
  keys(start) { try { return Object.keys(localStorage).filter((key) => key.startsWith(start)); } catch { return []; } },
  get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); return true; } catch { return false; } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* nothing is kept here */ } },
};
// Two tabs of a browser don't send at once where they can agree; where they can't, receipts hold.
const alone = (act) => (navigator.locks ? navigator.locks.request('parvis-out', act) : act());

/* Keeps what a form would post, to be sent later. Answers the key, or '' when this form can't wait. */
const keep = (form, submitter, { shelf, draft }) => {
  if (!person) return '';
  const fields = [...new FormData(form, submitter)].filter(([name]) => name !== 'csrfmiddlewaretoken');
  // A file that hasn't come yet can't be kept here, a secret choice mustn't be.
  if (fields.some(([name, value]) => (typeof value === 'string' ? name.startsWith('sealed_') : value.size))) return '';
  const texts = fields.filter(([, value]) => typeof value === 'string');
  if (!texts.some(([name, value]) => name === 'receipt' && value)) return '';
  const url = submitter?.getAttribute('formaction') ? submitter.formAction : form.action;
  const key = mark() + texts.find(([name]) => name === 'receipt')[1];
  const item = { url: new URL(url).pathname + new URL(url).search, fields: texts, shelf, draft, from: location.pathname + location.search };
  return store.set(key, item) ? key : '';
};

const giveBack = (key, item) => {
  // As draft.js would have kept it, had nobody pressed: it takes it up from there.
  if (store.get(item.shelf) || store.set(item.shelf, item.draft)) store.drop(key);
};

/* Sends one text: 'sent', 'back' (refused, and back in its box) or 'waits'. */
const send = async (key) => {
  const item = store.get(key);
  if (!item) return 'sent';
  const data = new URLSearchParams(item.fields);
  data.set('csrfmiddlewaretoken', token());
  let answer;
  try {
    answer = await fetch(item.url, { method: 'POST', body: data, credentials: 'same-origin', headers: { 'X-CSRFToken': token() } });
  } catch { return 'waits'; }
  if (answer.redirected && answer.ok && !new URL(answer.url).pathname.startsWith('/accounts/')) {
    store.drop(key);
    const seen = new CustomEvent('x-sent', { detail: { key, url: answer.url }, cancelable: true });
    if (document.dispatchEvent(seen)) parvis.toast(t('out_sent'), make('a', { href: answer.url, className: 'toast-act' }, t('out_see')));
    return 'sent';
  }
  // Signed out, too many at once, or the server is ill: it waits for a better moment.
  if (answer.redirected || answer.status === 401 || answer.status === 429 || answer.status >= 500) return 'waits';
  giveBack(key, item);
  document.dispatchEvent(new CustomEvent('x-returned', { detail: { key } }));
  parvis.toast(t('out_back'), make('a', { href: item.from, className: 'toast-act' }, t('out_open')));
  return 'back';
};

const sendAll = () => alone(async () => {
  for (const key of store.keys(mark())) if ((await send(key)) === 'waits') break;
});

/* Before the browser forgets us: what was typed and not yet saved goes to the server's drafts. */
const saveShelf = async (key) => {
  const kept = store.get(key);
  if (!kept?.url) return;
  try {
    await parvis.ask(kept.url, { data: new URLSearchParams(kept.fields) });
    store.drop(key);
  } catch { /* asked about below */ }
};
const left = () => [...store.keys(mark()), ...store.keys(shelves())];
const forget = async () => {
  for (const key of [...store.keys('parvis-out:'), ...store.keys('draft:')]) store.drop(key);
  parvis.forgetShared();
  const found = await navigator.serviceWorker?.getRegistrations?.().catch(() => []);
  for (const one of found || []) await one.unregister();
};
const isLogout = ({ target, submitter }) => (submitter?.getAttribute('formaction') || target.getAttribute('action')) === LOGOUT;
let isLeaving = false;
on(document, 'submit', async (event) => {
  if (!person || isLeaving || !isLogout(event)) return;
  const { target, submitter } = event;
  event.preventDefault();
  event.stopImmediatePropagation();
  await sendAll();
  for (const key of store.keys(shelves())) await saveShelf(key);
  if (left().length && !window.confirm(t('out_leave'))) return;
  isLeaving = true;
  parvis.isLeaving = true;
  await forget();
  target.requestSubmit(submitter);
}, undefined, { capture: true });

element('x-kept', (el, signal) => {
  person = el.dataset.person;
  on(window, 'online', sendAll, signal);
  if (navigator.onLine) sendAll();
});

parvis.out = { keep, drop: store.drop, has: (key) => Boolean(store.get(key)) };
