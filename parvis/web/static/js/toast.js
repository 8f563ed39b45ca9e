/* Short messages at the edge of the page: "Done", with "Undo" where there is something to undo. */
const { parvis } = window;
const { make, on, t } = parvis;

/* Where they stand: [data-toasts] of the layout, which the server may have filled after a plain post. */
const place = () => document.querySelector('[data-toasts]')
  || document.body.appendChild(make('div', { className: 'toasts', 'data-toasts': '' }));

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
  const line = make('div', { className: 'toast' }, make('span', {}, text), ...more,
    make('button', { type: 'button', className: 'button quiet small', 'data-close': '' }, t('close')));
  place().append(line);
  parvis.announce(text);
  leave(line);
  return line;
};

on(document, 'DOMContentLoaded', () => {
  for (const line of document.querySelectorAll('[data-toasts] > *')) leave(line);
});
// Answers to htmx and fetch may carry a message: HX-Trigger: {"toast": {"text": …, "undo": "/address/", "label": "Undo"}}.
on(document, 'toast', ({ detail }) => {
  const undo = detail.undo && make('button', { className: 'button small', formAction: detail.undo }, detail.label);
  undo?.setAttribute('form', 'act');
  parvis.toast(detail.text, ...(undo ? [undo] : []));
});
