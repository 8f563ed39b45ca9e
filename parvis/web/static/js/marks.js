/*
 * <x-read data-url data-fresh>: what stood in view for some seconds is read, nothing else is. Its cookie says for a day that
 * this browser tells so itself; without it the page is taken as read when it is opened. And where `n` goes after the last.
 */
const { parvis } = window;
const { on, element } = parvis;

const SHOWN_MS = 2500;
const DAY_S = 86400;

element('x-read', (el, signal) => {
  const { url } = el.dataset;
  if (!url) return;
  document.cookie = `marks=1; path=/; max-age=${DAY_S}; samesite=lax${location.protocol === 'https:' ? '; secure' : ''}`;
  const after = Number(el.dataset.after || SHOWN_MS);
  const thread = el.closest('x-thread, main') || document.body;
  const shown = new Set();
  const timers = new Map();
  let isDue = false, isTextShown = false;

  const send = () => {
    if (!isDue || !isTextShown) return;
    isDue = false;
    const data = new FormData();
    data.set('shown', [...shown].join(' '));
    parvis.ask(url, { data, keepalive: true }).catch(({ status }) => { isDue ||= !status; }); // no line: with the next
  };
  const later = parvis.pause(send, 1000);
  const stop = () => { for (const timer of timers.values()) clearTimeout(timer); timers.clear(); };
  const count = (reply) => {
    if (timers.has(reply) || document.hidden) return;
    timers.set(reply, setTimeout(() => {
      timers.delete(reply);
      if (reply === el) isTextShown = true; else { shown.add(reply.id.slice(2)); watch.unobserve(reply); }
      isDue = true;
      later();
    }, after));
  };
  // Half of it, or as much of it as half the window holds.
  const isInView = ({ intersectionRect, boundingClientRect }) =>
    intersectionRect.height >= Math.min(boundingClientRect.height, window.innerHeight) / 2 && intersectionRect.height > 0;
  const inView = new Set();
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (isInView(entry)) { inView.add(entry.target); count(entry.target); continue; }
      inView.delete(entry.target);
      clearTimeout(timers.get(entry.target));
      timers.delete(entry.target);
    }
  }, { threshold: [0, 0.1, 0.25, 0.5, 0.75, 1] });

  // The reply's own words: answers may hang inside it.
  const begin = (root) => { for (const reply of root.querySelectorAll('[data-reply][id^="r-"]')) watch.observe(reply); };
  begin(thread);
  count(el);
  on(thread, 'htmx:load', ({ target }) => { if (target.matches?.('[data-reply][id^="r-"]')) watch.observe(target); }, signal);
  on(document, 'visibilitychange', () => {
    if (document.hidden) { stop(); send(); return; }
    if (!isTextShown) count(el);
    for (const reply of inView) if (!shown.has(reply.id.slice(2))) count(reply);
  }, signal);
  on(window, 'pagehide', send, signal);
  signal.addEventListener('abort', () => { stop(); later.stop(); watch.disconnect(); });

  for (const key of (el.dataset.fresh || '').split(' ')) document.getElementById(`r-${key}`)?.setAttribute('data-new', '');
});

/* The unread things of the list that was left, in its order; a page of one thing asks for the one after it. */
const LIST = 'parvis-unread';
const keyOf = (address) => /\/([0-9a-z]{13})\/(?:[?#]|$)/.exec(address)?.[1];
const links = [...document.querySelectorAll('main .is-unread[data-entry]')]
  .map((one) => one.querySelector('h1 a, h2 a, h3 a, h4 a, a.row-title, a.entry-act')?.getAttribute('href')).filter(keyOf);
const kept = () => { try { return JSON.parse(sessionStorage.getItem(LIST)) || []; } catch { return []; } };
if (links.length) sessionStorage.setItem(LIST, JSON.stringify(links));
parvis.nextThing = () => {
  const rest = kept();
  const here = keyOf(location.pathname);
  const at = rest.findIndex((one) => keyOf(one) === here);
  const next = rest[at + 1];
  if (!here || !next || !document.querySelector('x-read')) return false;
  location.assign(next);
  return true;
};
