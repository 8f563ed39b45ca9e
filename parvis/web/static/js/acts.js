/* Buttons that post (reactions, votes, saved, follow) answered in place; without script the same buttons post a form. */
const { parvis } = window;
const { on, t, element } = parvis;

/* Posts a submit button as its form would; resolves to the answer. */
const press = (button, { signal } = {}) => {
  const data = new URLSearchParams(new FormData(button.form));
  if (button.name) data.set(button.name, button.value);
  return parvis.ask(button.formAction, { data, signal, headers: { Accept: 'application/json, text/html' } });
};

const told = async (answer) => {
  const trigger = answer.headers.get('HX-Trigger');
  if (trigger?.startsWith('{')) {
    for (const [name, detail] of Object.entries(JSON.parse(trigger))) document.dispatchEvent(new CustomEvent(name, { detail }));
  }
};

const sorry = async (problem) => {
  if (problem.name === 'AbortError') return;
  const said = await problem.answer?.json?.().catch(() => null);
  parvis.toast(said?.error || said?.detail || t(problem.status === 403 ? 'signed_out' : 'failed'));
};

const show = (n) => n.toLocaleString(parvis.lang());
const number = (one) => Number(one?.dataset.value ?? one?.textContent?.replace(/[^\d-]/g, '') ?? 0);
const put = (one, n) => { if (one) { one.dataset.value = n; one.textContent = show(n); } };

/* The same part of the page, out of a whole page that a plain view answered. */
const partOf = async (answer, id) => {
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  return id ? page.getElementById(id) : null;
};

/*
 * Reactions. button[data-react] stands for all six (its value: what pressing gives); .reaction is one of a row.
 * Shown at once, then as the server says: JSON {own, counts: {like: 3}}, or the page drawn again.
 */
const choice = (value) => document.querySelector(`#reaction-panel button[value="${CSS.escape(value)}"]`);
const drawOne = (button, own, total) => {
  const model = choice(own || 'like');
  button.ariaPressed = String(Boolean(own));
  button.value = own || 'like';
  if (!model) { put(button.querySelector('[data-count]'), total); return; }
  const label = model.textContent.trim();
  button.replaceChildren(model.querySelector('.icon')?.cloneNode(true) ?? '', ...(total
    ? [parvis.make('span', { 'data-count': '' }, show(total)), parvis.make('span', { className: 'visually-hidden' }, label)]
    : [parvis.make('span', { className: 'entry-act-word' }, label)]));
};
const drawRow = (button, own, n) => {
  button.ariaPressed = String(own);
  const count = button.querySelector('strong') || (n ? button.appendChild(parvis.make('strong')) : null);
  if (n) put(count, n); else count?.remove();
};

const react = async (button, value) => {
  if (button.ariaBusy === 'true') return;
  const row = button.closest('.reactions');
  const buttons = row ? [...row.querySelectorAll('.reaction')] : [button];
  const own = row ? buttons.find((one) => one.ariaPressed === 'true')?.value : (button.ariaPressed === 'true' && button.value) || '';
  const next = own === value ? '' : value;
  const counts = row
    ? Object.fromEntries(buttons.map((one) => [one.value, number(one.querySelector('strong'))]))
    : { all: number(button.querySelector('[data-count]')) };
  const draw = (mine, of) => {
    if (row) for (const one of buttons) drawRow(one, one.value === mine, of[one.value] || 0);
    else drawOne(button, mine, of.all ?? Object.values(of).reduce((sum, n) => sum + n, 0));
  };
  const guess = { ...counts };
  if (row) { if (own) guess[own] -= 1; if (next) guess[next] += 1; } else guess.all += Number(Boolean(next)) - Number(Boolean(own));
  draw(next, guess);
  button.ariaBusy = 'true';
  try {
    const data = new URLSearchParams(new FormData(button.form));
    data.set(button.name, value);
    const answer = await parvis.ask(button.formAction, { data, headers: { Accept: 'application/json, text/html' } });
    told(answer);
    if (answer.headers.get('Content-Type')?.includes('json')) {
      const truth = await answer.json();
      if (truth.counts) draw(truth.own || '', truth.counts);
    }
  } catch (problem) {
    draw(own, counts);
    sorry(problem);
  }
  button.ariaBusy = 'false';
};

/* The panel of six: opened by holding the button, resting on it, or Shift+Enter / arrow up from the keyboard. */
let holder, held, resting;
const panel = () => document.getElementById('reaction-panel');
const openPanel = (button) => {
  const box = panel();
  if (!box?.showPopover || !choice('like')) return;
  holder = button;
  box.showPopover();
  const at = button.getBoundingClientRect();
  Object.assign(box.style, {
    position: 'fixed', margin: 0, inset: 'auto', left: `${Math.max(8, Math.min(at.left, innerWidth - box.offsetWidth - 8))}px`, top: `${Math.max(8, at.top - box.offsetHeight - 4)}px`,
  });
};
const find = (event) => event.target.closest?.('button[data-react][formaction]');
on(document, 'pointerdown', (event) => {
  const button = find(event);
  held = false;
  if (button) resting = setTimeout(() => { held = true; openPanel(button); }, 450);
});
on(document, 'pointerup pointercancel', () => clearTimeout(resting));
on(document, 'pointerover', (event) => {
  const button = event.pointerType === 'mouse' && find(event);
  if (!button || event.buttons) return;
  clearTimeout(resting);
  resting = setTimeout(openPanel, 700, button);
});
on(document, 'pointerout', (event) => { if (find(event)) clearTimeout(resting); });
on(document, 'keydown', (event) => {
  const button = (event.key === 'ArrowUp' || (event.key === 'Enter' && event.shiftKey)) && find(event);
  if (!button) return;
  event.preventDefault();
  openPanel(button);
  choice(button.value)?.focus();
});
on(document, 'click', (event) => {
  const button = event.target.closest?.('button[data-react][formaction], .reactions button.reaction[formaction], #reaction-panel button');
  if (!button || event.ctrlKey || event.metaKey) return;
  const inPanel = panel()?.contains(button);
  if (inPanel && !holder) return;
  event.preventDefault();
  clearTimeout(resting);
  if (held) { held = false; return; }
  if (inPanel) { panel().hidePopover(); holder.focus(); react(holder, button.value); } else react(button, button.value);
});

/*
 * Other buttons of the form "act" marked data-here: posted, then the nearest part with an id is drawn anew
 * from the page the server answers; the focus stays on the same button.
 */
on(document, 'click', async (event) => {
  const button = event.target.closest?.('button[data-here][formaction]');
  const part = button?.closest('[id]:not(button)');
  if (!part || event.defaultPrevented || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  button.ariaBusy = 'true';
  try {
    const answer = await press(button);
    told(answer);
    const fresh = await partOf(answer, part.id);
    if (!fresh) { location.reload(); return; }
    const place = [...part.querySelectorAll('button')].indexOf(button);
    part.replaceWith(fresh);
    window.htmx?.process(fresh);
    [...fresh.querySelectorAll('button')][place]?.focus();
  } catch (problem) { button.ariaBusy = 'false'; sorry(problem); }
});

/*
 * <x-vote>: a stepper over a points budget. Buttons post; [data-own] and [data-total] change at once.
 * The budget, shared by the page's steppers of the same data-budget name, stands in [data-left=name].
 */
element('x-vote', (el, signal) => {
  const { budget = '' } = el.dataset;
  const part = (name) => el.querySelector(`[data-${name}]`);
  const left = () => document.querySelector(`[data-left="${CSS.escape(budget)}"]`);
  const fit = () => {
    const more = part('more');
    const less = part('less');
    // Not `disabled`: the button that has the focus must not vanish from under the keyboard.
    more?.setAttribute('aria-disabled', left() ? number(left()) <= 0 : false);
    less?.setAttribute('aria-disabled', number(part('own')) <= 0);
  };
  const fitAll = () => document.querySelectorAll('x-vote').forEach((one) => one.fit?.());
  el.fit = fit;
  const set = (own, total, rest) => {
    put(part('own'), own);
    put(part('total'), total);
    if (left()) put(left(), rest);
    fitAll();
  };
  let chain = Promise.resolve();
  let open = 0;
  on(el, 'click', (event) => {
    const button = event.target.closest('[data-more], [data-less]');
    if (!button?.formAction || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (button.ariaDisabled === 'true') {
      if (button.matches('[data-more]')) parvis.announce(t('no_points_left'));
      return;
    }
    const step = button.matches('[data-more]') ? 1 : -1;
    const shift = (by) => set(number(part('own')) + by, number(part('total')) + by, number(left()) - by);
    shift(step);
    if (left()) parvis.announce(parvis.count('points_left', number(left())));
    open += 1;
    // One after the other: two quick presses are two points.
    chain = chain.then(async () => {
      try {
        const answer = await press(button);
        open -= 1;
        if (!open && answer.headers.get('Content-Type')?.includes('json')) {
          const { own, total, left: rest } = await answer.json();
          set(own ?? number(part('own')), total ?? number(part('total')), rest ?? number(left()));
        }
      } catch (problem) {
        open -= 1;
        shift(-step);
        sorry(problem);
      }
    });
  }, signal);
  fit();
});

Object.assign(parvis, { press, sorry, told });
