/* The frame: menus under the arrow keys, dialogs, theme at once, filters sent as they change. All work without it. */
const { parvis } = window;
const { on } = parvis;

/* Menus are native popovers; placed here only where the browser can't place them by itself. */
const anchored = CSS.supports('position-area: block-end');
const opener = (menu) => document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
const items = (menu) => [...menu.querySelectorAll('a[href], button:not(:disabled)')].filter((one) => one.offsetParent);

const put = (menu) => {
  const at = opener(menu)?.getBoundingClientRect();
  if (!at || anchored) return;
  const end = menu.classList.contains('menu-start') ? at.left : at.right - menu.offsetWidth;
  const below = at.bottom + menu.offsetHeight + 12 < innerHeight;
  Object.assign(menu.style, {
    position: 'fixed', inset: 'auto', margin: 0,
    left: `${Math.max(8, Math.min(end, innerWidth - menu.offsetWidth - 8))}px`,
    top: `${below ? at.bottom + 6 : Math.max(8, at.top - menu.offsetHeight - 6)}px`,
  });
};

on(document, 'toggle', ({ target, newState }) => {
  if (!target.matches?.('[data-menu-panel]')) return;
  opener(target)?.setAttribute('aria-expanded', String(newState === 'open'));
  if (newState !== 'open') return;
  put(target);
  items(target)[0]?.focus({ preventScroll: true });
}, undefined, { capture: true });

on(document, 'keydown', (event) => {
  const menu = event.target.closest?.('[data-menu-panel]');
  const step = { ArrowDown: 1, ArrowUp: -1, Home: 'first', End: 'last' }[event.key];
  if (!menu || !step || parvis.typing(event.target)) return;
  event.preventDefault();
  const all = items(menu);
  const here = all.indexOf(document.activeElement);
  const next = step === 'first' ? 0 : step === 'last' ? all.length - 1 : (here + step + all.length) % all.length;
  all[next]?.focus();
});

/* [data-dialog=ID] opens a dialog; a press on its ground closes it; the focus goes back by itself. */
on(document, 'click', (event) => {
  const trigger = event.target.closest?.('[data-dialog]');
  const dialog = trigger && !trigger.matches('x-keys') && document.getElementById(trigger.dataset.dialog);
  if (dialog?.showModal) {
    event.preventDefault();
    trigger.closest('[popover]')?.hidePopover();
    dialog.showModal();
  }
  if (event.target.matches?.('dialog.dialog') && event.target === document.elementFromPoint(event.clientX, event.clientY)) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) event.target.close();
  }
});

/* The theme changes at once, and is kept by the same button's own post. */
on(document, 'click', (event) => {
  const choice = event.target.closest?.('[data-theme-choice]');
  if (!choice?.form) return;
  event.preventDefault();
  const root = document.documentElement;
  if (choice.value === 'system') root.removeAttribute('data-theme'); else root.dataset.theme = choice.value;
  for (const one of choice.parentElement.children) one.setAttribute('aria-pressed', String(one === choice));
  const data = new URLSearchParams(new FormData(choice.form));
  data.set(choice.name, choice.value);
  parvis.ask(choice.formAction, { data }).catch(() => parvis.toast?.(parvis.t('failed')));
});

/* Filters: a choice is sent when made, words when one pauses. Emptied fields leave the address. */
const send = (form) => {
  for (const field of form.elements) field.disabled = field.name && !field.value;
  form.requestSubmit();
};
on(document, 'change', ({ target }) => {
  const form = target.closest?.('form[data-auto-submit]');
  if (form && target.matches('select, [type=checkbox], [type=radio], [type=date]')) send(form);
});
on(window, 'pageshow', () => {
  for (const field of document.querySelectorAll('[data-auto-submit] :disabled')) field.disabled = false;
});

/* Tabs wider than the screen begin at the current one. */
for (const tab of document.querySelectorAll('.tabs > [aria-current]')) {
  const row = tab.parentElement;
  row.scrollLeft = tab.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
}

/* A form that came back: its summary is read first. */
document.querySelector('[data-focus]')?.focus();

/* The unread number, kept right when the page comes back from the browser's memory or another says so. */
on(document, 'unread', ({ detail }) => {
  for (const mark of document.querySelectorAll('.tool-count')) {
    mark.hidden = !detail.count;
    if (mark.firstChild) mark.firstChild.textContent = detail.count < 100 ? detail.count : '99+';
  }
});
