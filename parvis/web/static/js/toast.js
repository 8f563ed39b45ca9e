/* Short messages at the edge of the page: "Done", with "Undo" where there is something to undo. */
const { parvis } = window;
const { make, on, t } = parvis;

/* Where they stand: [data-toasts] of the layout, a polite live region, which the server may have filled. */
const place = () => document.querySelector('[data-toasts]')
  || document.body.appendChild(make('div', { className: 'toasts', role: 'status', 'data-toasts': '' }));

const leave = (line) => {
  let timer;
  // A message with a button stays while it is looked at; one without stays ten seconds.
  const start = () => { timer = setTimeout(() => line.remove(), line.querySelector('button:not([data-close]), a, input') ? 20000 : 10000); };
  const stop = () => clearTimeout(timer);
  on(line, 'pointerenter focusin', stop);
  on(line, 'pointerleave focusout', () => { stop(); start(); });
  on(line, 'click', (event) => { if (event.target.closest('[data-close]')) line.remove(); });
  start();
};

parvis.toast = (text, ...more) => {
  const line = make('div', { className: 'toast', 'data-toast': '' }, make('span', {}, text), ...more,
    make('button', { type: 'button', className: 'icon-btn', ariaLabel: t('close'), 'data-close': '' }, '×'));
  place().append(line);
  leave(line);
  return line;
};

on(document, 'DOMContentLoaded', () => {
  for (const line of document.querySelectorAll('[data-toasts] > *')) leave(line);
});
// Answers to htmx and fetch may carry a message: HX-Trigger: {"toast": {"text": …, "undo": "/address/", "label": "Undo"}}.
on(document, 'toast', ({ detail }) => {
  const undo = detail.undo && make('button', { className: 'toast-act', formAction: detail.undo }, detail.label);
  undo?.setAttribute('form', 'act');
  parvis.toast(detail.text, ...(undo ? [undo] : []));
});
