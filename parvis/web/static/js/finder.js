/* The search box as a menu of places, people, words and acts; fetched at first use. Without it the form in the bar leads to /search/. */
const { parvis } = window;
const { on } = parvis;

let dialog, field, list, chosen;
let turn = 0;
const known = new Map(); // what was already answered, for who types backwards; forgotten with the page

const options = () => [...list.querySelectorAll('[role=option]')];
const choose = (option) => {
  chosen?.setAttribute('aria-selected', 'false');
  chosen = option;
  if (!option) { field.removeAttribute('aria-activedescendant'); return; }
  option.setAttribute('aria-selected', 'true');
  field.setAttribute('aria-activedescendant', option.id);
  option.scrollIntoView({ block: 'nearest' });
};

const show = (html, isFirst) => {
  list.innerHTML = html;
  choose(list.querySelector('[data-first]'));
  field.setAttribute('aria-expanded', String(Boolean(options().length)));
  if (!isFirst) parvis.announce(parvis.count('suggestions', options().length));
};

const address = (path, q) => parvis.address(path, { q, space: document.body.dataset.place || null });
const look = parvis.pause(async () => {
  const mine = turn += 1;
  const q = field.value.trim();
  try {
    const html = known.get(q) ?? await parvis.html(address('/search/suggest/', q));
    known.set(q, html);
    if (mine === turn && q === field.value.trim()) show(html);
  } catch { /* no suggestion is no obstacle to searching */ }
}, 120);

const open = () => {
  const box = document.querySelector('[data-search]');
  const words = box?.value ?? '';
  const isAsked = field.value !== words;
  field.value = words;
  choose(null);
  if (!dialog.open) dialog.showModal();
  field.focus();
  field.setSelectionRange(words.length, words.length);
  if (isAsked) look.now();
};

const walk = (step) => {
  const all = options();
  const to = all.indexOf(chosen) + step;
  // Above the first and below the last stands the field itself: the words as they are typed.
  choose(chosen || step > 0 ? all[to] : all.at(-1));
};

const connect = () => {
  field = dialog.querySelector('[role=combobox]');
  list = dialog.querySelector('[role=listbox]');
  on(field, 'input', () => { choose(null); look(); });
  on(field, 'keydown', (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) walk(step);
    else if (event.key === 'Enter' && chosen) chosen.click();
    else return;
    event.preventDefault();
  });
  on(list, 'mousedown', (event) => event.preventDefault()); // the field keeps the focus
  on(list, 'click', ({ target }) => {
    if (target.closest('[data-dialog]')) dialog.close();
  });
  on(dialog.querySelector('form button'), 'click', () => dialog.close());
  on(window, 'pagehide', () => dialog.close()); // a page come back to doesn't cover itself
};

const load = async () => {
  const words = document.querySelector('[data-search]')?.value ?? '';
  const part = document.createElement('template');
  part.innerHTML = await parvis.html(address('/search/menu/', ''));
  const sheet = part.content.querySelector('link');
  dialog = part.content.querySelector('dialog');
  // Its sheet first: without it nothing is shown.
  await new Promise((done, fail) => { sheet.onload = done; sheet.onerror = fail; document.head.append(sheet); });
  document.body.append(dialog);
  connect();
  if (!words) known.set('', list.innerHTML);
  open();
};

/* Opens it, closes it when it is open; where it can't be had, the page of search is one press away. */
parvis.find = () => {
  if (dialog?.open) dialog.close();
  else if (dialog) open();
};
load().catch(() => {
  // The box in the bar is a form of its own; where it isn't seen, the page of search has one.
  parvis.find = () => { if (!document.querySelector('[data-search]')?.offsetParent) location.assign('/search/'); };
  parvis.find();
});
