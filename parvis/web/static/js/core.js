/* What the other scripts share: strings, requests, announcements, custom elements. No behaviour of its own. */
const strings = {};
const learn = (el) => {
  // A broken attribute must not stop the page: the keys are shown instead.
  try { Object.assign(strings, JSON.parse(el?.dataset.strings || '{}')); } catch { /* keep going */ }
};
const lang = () => document.documentElement.lang || 'en';
let learned = false;
const look = (key) => {
  if (!learned) { learned = true; learn(document.body); }
  return strings[key];
};
const t = (key, values = {}) =>
  (look(key) ?? key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
const count = (key, n, values) => {
  const form = `${key}_${new Intl.PluralRules(lang()).select(n)}`;
  return t(look(form) ? form : `${key}_other`, { n: n.toLocaleString(lang()), ...values });
};

/* A polite live region: one message every second and a half, none lost but the oldest of a crowd. */
let region, timer;
const queue = [];
const say = () => {
  timer = queue.length ? setTimeout(say, 1500) : 0;
  if (queue.length) region.textContent = queue.shift();
};
const announce = (text) => {
  if (!region?.isConnected) {
    region = make('div', { role: 'status', className: 'visually-hidden' });
    region.style.cssText = 'position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%)';
    document.body.append(region);
  }
  if (queue.at(-1) !== text) queue.push(text);
  queue.splice(0, queue.length - 4);
  timer ||= setTimeout(say, 100); // a region must exist before its text changes
};

function make(tag, props = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name in el) el[name] = value; else el.setAttribute(name, value);
  }
  el.append(...children);
  return el;
}

const token = () => document.querySelector('[name=csrfmiddlewaretoken]')?.value || '';
const ask = async (url, { data, ...options } = {}) => {
  // A receipt stands for one sending of a form; here each press is meant.
  data?.delete('receipt');
  const answer = await fetch(url, {
    credentials: 'same-origin',
    method: data ? 'POST' : 'GET',
    body: data,
    ...options,
    headers: { 'X-Requested-With': 'fetch', ...(data && { 'X-CSRFToken': token() }), ...options.headers },
  });
  // Sent to the sign-in page: an answer to another question.
  const out = answer.redirected && new URL(answer.url).pathname.startsWith('/accounts/');
  if (!answer.ok || out) throw Object.assign(new Error(answer.status), { status: out ? 403 : answer.status, answer });
  return answer;
};
const json = async (url, options) => (await ask(url, options)).json();
const html = async (url, options) => (await ask(url, options)).text();
const address = (url, values) => {
  const made = new URL(url, location.href);
  for (const [name, value] of Object.entries(values)) if (value != null) made.searchParams.set(name, value);
  return made;
};

/* Calls `act` once nothing has happened for `ms`; .now() calls at once, .stop() forgets. */
const pause = (act, ms) => {
  let waiting;
  const later = (...values) => { clearTimeout(waiting); waiting = setTimeout(act, ms, ...values); };
  later.stop = () => clearTimeout(waiting);
  later.now = () => { clearTimeout(waiting); act(); };
  return later;
};

const on = (target, types, act, signal, options) => {
  for (const type of types.split(' ')) target?.addEventListener(type, act, { signal, ...options });
};

const owner = (one) => {
  let up = one.parentElement;
  while (up && !up.localName.includes('-')) up = up.parentElement;
  return up;
};

/* One custom element: `connect(el, signal)` runs at each insertion, `signal` aborts at removal. */
const element = (name, connect) => customElements.define(name, class extends HTMLElement {
  connectedCallback() {
    learn(this);
    // htmx may restore a snapshot: what a script had added is made again.
    // Its own only: what stands in an element inside this one belongs to that one.
    for (const old of this.querySelectorAll('[data-made]')) if (owner(old) === this) old.remove();
    this.stop = new AbortController();
    connect(this, this.stop.signal);
  }

  disconnectedCallback() { this.stop.abort(); }
});

const typing = (el) => Boolean(el?.closest?.('input:not([type=checkbox],[type=radio],[type=button],[type=submit]),textarea,select,[contenteditable=true],dialog[open]'));
let last = 0;
const id = () => `x${last += 1}`;


/* Most pages are only read: what helps writing is fetched where there is something to write in, each script once. */
const fetched = new Set();
const fetchScript = (src) => {
  if (!src || fetched.has(src)) return;
  fetched.add(src);
  document.head.append(make('script', { src, async: false })); // in order: the second builds on the first
};
const fetchWriting = () => {
  if (!document.querySelector('x-composer, x-combobox, x-upload, x-files, x-live-preview')) return;
  fetchScript(document.body.dataset.writing);
  for (const el of document.querySelectorAll('[data-script]')) fetchScript(el.dataset.script);
};
on(document, 'DOMContentLoaded htmx:load', fetchWriting);
on(window, 'load', () => fetchScript(document.body.dataset.live));

/*
 * Copies of shared texts on this device (together.js), gone at sign-out or when somebody else comes. The server also
 * asks the browser to clear everything; over plain http it doesn't listen.
 */
const forgetShared = (chosen = () => true) => {
  try {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith('parvis-together:') || !chosen(key)) continue;
      indexedDB.deleteDatabase(`${key.replace(/:epoch$/, '')}:${localStorage.getItem(key)}`);
      localStorage.removeItem(key);
    }
  } catch { /* nothing is kept here */ }
};
on(document, 'submit', ({ target }) => { if (target.getAttribute('action') === '/accounts/logout/') forgetShared(); });

window.parvis = {
  forgetShared, fetchScript, lang, t, count, learn, announce, make, token, ask, json, html, address, pause, on, element, typing, id,
};
