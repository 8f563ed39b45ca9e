/* <x-together>: a text that several write at once. Without a line to the others, the plain editor beside it takes over. */
const { parvis } = window;
const { on, t, element, make, announce } = parvis;

const fetching = new Map();
const fetchOnce = (src) => {
  if (!fetching.has(src)) {
    fetching.set(src, new Promise((resolve, reject) => {
      document.head.append(make('script', { src, onload: resolve, onerror: reject }));
    }));
    fetching.get(src).catch(() => fetching.delete(src)); // a failed fetch may be tried again
  }
  return fetching.get(src);
};

const PATIENCE_MS = 6000; // for the first word of the server

/* Copies that somebody else has left on this device: a shared machine keeps nothing of the one before. */
const forgetOthers = (store) => {
  const mine = store.split(':').slice(0, 2).join(':');
  parvis.forgetShared((name) => !name.startsWith(`${mine}:`));
};

element('x-together', async (el, signal) => {
  const { dataset } = el;
  const find = (part) => el.querySelector(`[data-${part}]`);
  const plain = document.querySelector('[data-plain]');
  const [toolbar, area, state, here, done, host] = ['toolbar', 'area', 'state', 'here', 'done', 'host'].map(find);
  const title = plain?.querySelector('[name=title]');
  let session;
  let editor;
  let hasFailed = false;
  let saying = '';
  let isKept = true;

  const show = (key) => {
    const text = key ? t(key) : '';
    if (saying === text) return;
    saying = text;
    state.textContent = text;
  };
  /* The plain form instead, with the reason; what is typed there is merged with what the others write. */
  const giveUp = (key) => {
    hasFailed = true;
    session?.leave();
    editor?.close();
    editor = undefined;
    for (const part of [toolbar, host, here, done]) part.hidden = true;
    if (plain) plain.hidden = false;
    show(key);
    el.classList.add('is-plain');
  };
  /* Nothing more can be written, but what stands there can still be copied. */
  const stop = (key) => {
    editor?.readOnly();
    toolbar.hidden = true;
    here.hidden = true;
    show(key);
    el.classList.add('is-over');
  };
  const states = {
    joining: () => show('together_joining'),
    open: () => { here.hidden = false; show(isKept ? 'together_kept' : 'together_keeping'); },
    // Who else writes can't be known now: nothing is said of it.
    offline: () => { here.hidden = true; if (editor) show('together_offline'); },
    over: () => (editor ? stop('together_over') : giveUp('together_over')),
    denied: () => (editor ? stop('together_denied') : giveUp('together_denied')),
    broken: () => (editor ? stop('together_broken') : giveUp('together_broken')),
    unfit: () => giveUp('together_unfit'),
    large: () => stop('together_large'),
  };
  const people = (list) => {
    const names = list.map(({ name }) => name);
    const before = here.dataset.names ?? '';
    here.dataset.names = names.join('\n');
    here.replaceChildren(...(names.length ? [make('span', {}, t('together_here')), ...list.map(({ name, hue }) => make('span', { className: 'together-person' }, make('span', { className: `together-dot hue-${hue}`, ariaHidden: 'true' }), name))] : [make('span', {}, t('together_alone'))]));
    for (const name of names) if (!before.split('\n').includes(name)) announce(t('together_came', { name }));
  };

  if (plain) plain.hidden = true;
  el.hidden = false;
  show('together_joining');
  document.head.append(make('link', { rel: 'stylesheet', href: dataset.editorCss }));
  try {
    await fetchOnce(dataset.editorUrl);
    await fetchOnce(dataset.togetherUrl);
  } catch {
    giveUp('together_failed');
    return;
  }
  if (signal.aborted) return;
  forgetOthers(dataset.store);

  const open = () => {
    if (editor || hasFailed || signal.aborted) return;
    editor = window.parvisEditor.open({
      area, host, toolbar, signal, words: t, together: session, label: dataset.label, people: dataset.peopleUrl, tags: dataset.tagsUrl,
    });
    toolbar.hidden = false;
    done.hidden = false;
    parvis.richTools(toolbar);
    parvis.markdown.rove(toolbar, signal);
    on(toolbar, 'click', (event) => {
      const name = event.target.closest('[data-md]')?.dataset.md;
      if (name) editor?.act(name);
    }, signal);
    editor.focus();
  };
  session = window.parvisTogether.join({
    address: dataset.live,
    store: dataset.store,
    people,
    kept: (now) => { isKept = now; if (session?.isOpen && editor) states.open(); },
    refused: (sentence) => { state.textContent = sentence; saying = sentence; },
    told: (now) => {
      if (now === 'open') open();
      states[now]();
    },
  });
  people([]);
  setTimeout(async () => {
    if (editor || hasFailed || signal.aborted) return;
    // Nobody answers: the copy of this device, if there is one; else one writes as if alone.
    if (await session.fromHere()) { open(); states.offline(); } else giveUp('together_failed');
  }, PATIENCE_MS);
  on(done, 'click', async (event) => {
    if (!editor || !session.isOpen || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    done.ariaBusy = 'true';
    await session.write();
    location.assign(done.href);
  }, signal);
  on(window, 'beforeunload', (event) => { if (!isKept && !session.isHere) event.preventDefault(); }, signal);
  signal.addEventListener('abort', () => { session.leave(); editor?.close(); });
});
