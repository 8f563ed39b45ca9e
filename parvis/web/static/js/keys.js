/* <x-keys>: j/k walk, n next unread, / search, g+letter goes places, ? shows them; off for those who said so. */
const { parvis } = window;
const { on, element } = parvis;

const near = (all, step) => {
  const here = all.findIndex((one) => one.contains(document.activeElement) || one.matches('.is-current'));
  // From nowhere, the first that begins below the top of the window.
  const from = here >= 0 ? here + step : all.findIndex((one) => one.getBoundingClientRect().bottom > 80);
  return all[Math.max(0, Math.min(all.length - 1, from))];
};

// What a card, a row or a reply opens: its title, else (a note) the foot that leads to the whole of it.
const opener = (one) => (one.matches('a') ? one : one.querySelector('h1 a, h2 a, h3 a, h4 a, a.row-title, a.entry-act'));

const land = (one) => {
  if (!one) return;
  for (const old of document.querySelectorAll('.is-current')) old.classList.remove('is-current');
  one.classList.add('is-current');
  const link = one.matches('[tabindex]') ? one : opener(one) || one;
  if (link === one && !one.matches('a')) one.tabIndex = -1;
  link.focus({ preventScroll: true });
  one.scrollIntoView({ block: 'nearest' });
};

/* The menu of the search box; what is typed before it has come goes into the box, and is taken over. */
const find = () => {
  const box = document.querySelector('[data-search], input[type=search]');
  if (box?.offsetParent) box.focus();
  if (parvis.find) parvis.find(); else parvis.fetchScript(document.body.dataset.finder);
};
const box = document.querySelector('.topbar [data-search]');
if (document.body.dataset.finder) box?.setAttribute('aria-haspopup', 'dialog');
on(document, 'click input', (event) => {
  const link = event.type === 'click' && event.target.closest?.('[data-find]');
  if (!document.body.dataset.finder || !(link || event.target === box)) return;
  if (link) event.preventDefault();
  find();
});

element('x-keys', (el, signal) => {
  const list = () => document.getElementById(el.dataset.dialog || 'keys');
  const places = JSON.parse(el.dataset.go || '{}');
  const walk = '[data-entry], [data-reply]';
  let chord = 0;
  const acts = {
    j: () => land(near([...document.querySelectorAll(walk)], 1)),
    k: () => land(near([...document.querySelectorAll(walk)], -1)),
    n: () => {
      const unread = [...document.querySelectorAll('main .is-unread, main [data-new]')];
      const here = document.activeElement;
      const after = here === document.body ? unread[0]
        : unread.find((one) => !one.contains(here) && here.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
      // Past the last of a thread: the next unread thing of the list it was opened from.
      if (!after && parvis.nextThing?.()) return;
      land(after || unread.find((one) => !one.contains(here)));
    },
    '/': find,
    '?': () => list()?.showModal(),
    o: () => { const one = document.querySelector('.is-current'); (one && opener(one))?.click(); },
    r: () => document.querySelector('#reply textarea, x-composer textarea[name=body]')?.focus(),
    c: () => document.querySelector('[data-publish-link]')?.click(),
    g: () => { chord = Date.now(); },
  };
  on(document, 'keydown', (event) => {
    const search = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k' && !event.defaultPrevented;
    if (search && !event.target.matches?.('textarea, [contenteditable=true]')) { event.preventDefault(); acts['/'](); return; }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing
      || parvis.typing(event.target) || document.documentElement.dataset.keys === 'off') return;
    const going = Date.now() - chord < 1500 && places[event.key];
    chord = 0;
    if (going) { event.preventDefault(); location.assign(going); return; }
    const act = acts[event.key];
    if (!act || document.querySelector('dialog[open]')) return;
    event.preventDefault();
    act();
  }, signal);
});
