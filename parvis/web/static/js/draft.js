/* A form's text kept while it is written: on the server at every pause, on the device when there is no server. */
const { parvis } = window;
const { on, t, make } = parvis;

const local = {
  // Private windows and full disks refuse storage: the server's draft is then the only one.
  get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); return true; } catch { return false; } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* nothing to drop */ } },
};

const own = new Set(['csrfmiddlewaretoken', 'draft', 'receipt']);
const fields = (form) => [...new FormData(form)].filter(([name, value]) => typeof value === 'string' && !own.has(name));

const fill = (form, pairs) => {
  const values = new Map();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) || []), value]);
  for (const field of form.elements) {
    if (!field.name || own.has(field.name) || !values.has(field.name)) continue;
    if (field.type === 'radio' || field.type === 'checkbox') field.checked = values.get(field.name).includes(field.value);
    else if (field.multiple) for (const option of field.options || []) option.selected = values.get(field.name).includes(option.value);
    else if (field.type !== 'file') field.value = values.get(field.name)[0];
  }
  form.dispatchEvent(new Event('input', { bubbles: true }));
  form.dispatchEvent(new Event('change', { bubbles: true }));
};

/*
 * Keeps `form`. `url`: POST of its fields answers {id, saved_at}; GET answers {id, saved_at, fields} or 204.
 * `savedAt`: when the server's draft shown in the page was saved ('' none, undefined not known: it is asked).
 * `status`: where "Saved 10:42" stands. Returns { save, clean } : save now; forget (published).
 */
parvis.keep = (form, { url, key, savedAt, status, signal }) => {
  // Under the writer's key: who signs in here next never meets it.
  const writer = document.querySelector('x-kept')?.dataset.person;
  const shelf = `draft:${writer ? `${writer}:` : ''}${key}`;
  const text = () => JSON.stringify(fields(form));
  const id = () => form.elements.draft || form.appendChild(make('input', { type: 'hidden', name: 'draft' }));
  let known = text();
  let base = savedAt || '';
  let going = false;
  let leaving = false;
  let told = 0;
  let wasBad = false;
  let isCut = false; // the last save found no server
  let out = ''; // the key of what waits to be sent (kept.js)

  const show = (words, bad, ...more) => {
    if (status) status.replaceChildren(words, ...more);
    // Read out when it turns bad or good again, otherwise at most every five minutes.
    if (bad !== wasBad || Date.now() - told > 300000) { parvis.announce(words); told = Date.now(); }
    wasBad = bad;
  };
  const clock = (iso) => new Intl.DateTimeFormat(parvis.lang(), { hour: '2-digit', minute: '2-digit' }).format(new Date(iso));
  const dirty = () => !leaving && text() !== known;
  const stash = () => local.set(shelf, { base, url, fields: fields(form) });

  const save = async () => {
    later.stop();
    if (going || !dirty()) return;
    going = true;
    const sent = text();
    const data = new URLSearchParams(fields(form));
    if (form.elements.draft?.value) data.set('draft', form.elements.draft.value);
    try {
      const answer = await parvis.json(url, { data, signal: stopping.signal });
      id().value = answer.id ?? '';
      base = answer.saved_at;
      known = sent;
      local.drop(shelf);
      isCut = false;
      show(t('saved', { time: clock(base) }), false);
    } catch (problem) {
      if (problem.name !== 'AbortError' && !leaving) {
        const kept = stash();
        isCut = problem.status === undefined;
        show(t(problem.status === 403 || problem.status === 401 ? 'signed_out' : kept ? 'kept_here' : 'not_saved'), true);
        if (problem.status === undefined || problem.status >= 500) retry();
      }
    }
    going = false;
    if (dirty() && !wasBad) later();
  };
  const later = parvis.pause(save, 1000);
  const retry = parvis.pause(save, 20000);
  let stopping = new AbortController();

  const take = (saved) => {
    fill(form, saved);
    known = text();
  };

  const ask = async () => {
    const answer = await parvis.ask(url, { signal }).catch(() => null);
    const draft = answer?.status === 200 ? await answer.json().catch(() => null) : null;
    if (!draft?.fields || dirty() || draft.saved_at <= base) return;
    take(Object.entries(draft.fields).flatMap(([name, value]) => [value].flat().map((one) => [name, one])));
    id().value = draft.id;
    base = draft.saved_at;
    show(t('restored', { time: clock(base) }), false);
  };

  const start = async () => {
    if (savedAt === undefined) await ask();
    else if (savedAt) show(t('restored', { time: clock(savedAt) }), false); // drawn by the server: the writer is told as well
    const copy = local.get(shelf);
    if (!copy) return;
    const mine = () => { fill(form, copy.fields); later.now(); };
    if (JSON.stringify(copy.fields) === text()) local.drop(shelf);
    else if (copy.base === base) { mine(); show(t('restored_here'), false); } else {
      // Written on here without network, and elsewhere since: neither is thrown away unasked.
      show(t('other_device'), false, ' ', make('button', { type: 'button', className: 'button quiet', 'data-made': '', onclick: mine }, t('use_this_device')));
    }
  };

  /* What is written on after all isn't sent by itself: its writer presses again. */
  const takeBack = () => {
    if (!out) return;
    parvis.out?.drop(out);
    out = '';
    leaving = false;
    stash();
    show(t('out_stopped'), false);
  };
  const queue = (event) => {
    out = parvis.out?.keep(form, event.submitter, { shelf, draft: { base, url, fields: fields(form) } }) || '';
    if (!out) { stash(); show(t('offline_publish'), true); return; }
    leaving = true; // neither saved as a draft meanwhile, nor asked about when the page is left
    later.stop();
    retry.stop();
    local.drop(shelf);
    show(t('out_kept'), true, ' ', make('button', { type: 'button', className: 'button quiet small', 'data-made': '', onclick: () => { takeBack(); later(); } }, t('out_stop')));
  };
  on(document, 'x-sent', (event) => {
    if (event.detail.key !== out) return;
    event.preventDefault();
    location.assign(event.detail.url);
  }, signal);
  on(document, 'x-returned', (event) => { if (event.detail.key === out) { out = ''; leaving = false; show(t('out_stopped'), true); later(); } }, signal);
  on(window, 'storage', (event) => {
    if (!out || event.key !== out || event.newValue) return; // another page of this browser has seen to it
    out = '';
    const copy = local.get(shelf);
    if (copy) { leaving = false; show(t('out_stopped'), true); } else show(t('out_gone'), false);
  }, signal);

  on(form, 'input change', () => { takeBack(); leaving = false; later(); }, signal);
  on(window, 'online', () => later.now(), signal);
  on(document, 'visibilitychange', () => { if (document.hidden) later.now(); }, signal);
  on(window, 'pageshow', (event) => { if (event.persisted) { leaving = false; ask(); } }, signal);
  on(window, 'beforeunload', (event) => { if (dirty() && !parvis.isLeaving) event.preventDefault(); }, signal);
  on(form, 'submit', (event) => {
    if (event.defaultPrevented && !form.matches('[hx-post]')) return;
    if (!navigator.onLine || isCut) {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!out) queue(event);
      return;
    }
    leaving = true;
    later.stop();
    retry.stop();
    stopping.abort(); // a late save would bring the draft back after publishing
    stopping = new AbortController();
    local.drop(shelf);
  }, signal);
  signal.addEventListener('abort', () => { later.stop(); retry.stop(); });
  // Most who read a topic don't answer: the draft is asked for when the form comes into sight.
  const sight = new IntersectionObserver((seen) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    sight.disconnect();
    start();
  }, { rootMargin: '200px' });
  sight.observe(form);
  signal.addEventListener('abort', () => sight.disconnect());

  return {
    save,
    clean() { base = ''; known = text(); leaving = false; if (form.elements.draft) form.elements.draft.value = ''; if (status) status.textContent = ''; },
    failed() { leaving = false; later(); },
  };
};
