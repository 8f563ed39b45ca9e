/* <x-composer>: everything that helps around the form in which people write. The form works without it. */
const { parvis } = window;
const { on, t, element, make } = parvis;

/* As tall as its text where the stylesheet can't say so. */
const grow = (area, signal) => {
  if (CSS.supports('field-sizing', 'content')) { area.style.fieldSizing = 'content'; return; }
  const fit = () => { area.style.height = 'auto'; area.style.height = `${area.scrollHeight + 2}px`; };
  on(area, 'input', fit, signal);
  fit();
};

const chosen = (form) => {
  const field = form.querySelector('[name=kind]:checked, select[name=kind], input[type=hidden][name=kind]');
  return field?.selectedOptions?.[0] ?? field;
};

/* The title field follows the kind; nothing typed is ever hidden or lost. */
const kinds = (form, signal) => {
  const box = form.querySelector('[data-title-field]');
  const title = form.elements.title;
  const fit = () => {
    const kind = chosen(form);
    if (!kind) return;
    const want = kind.dataset.title || 'optional';
    if (box && title) {
      title.required = want === 'required';
      box.hidden = want === 'none' && !title.value;
    }
    // A kind may do without a text: nothing must be typed there, then.
    if (form.elements.body && kind.type === 'radio') form.elements.body.required = !('bare' in kind.dataset);
    for (const part of form.querySelectorAll('[data-only]')) {
      part.hidden = !part.dataset.only.split(/[\s,]+/).includes(kind.value);
      // A hidden field that must be filled would block the form without a word.
      if (part.matches('fieldset')) part.disabled = part.hidden;
    }
    form.closest('x-composer').dispatchEvent(new CustomEvent('x-kind', { detail: kind.value }));
  };
  on(form, 'change', (event) => { if (event.target.name === 'kind' || event.target === form) fit(); }, signal);
  fit();
};

/* The sentence saying who will see it, and the kinds allowed, follow the chosen place. */
const audience = (form, { audienceUrl }, signal) => {
  const space = form.elements.space;
  const line = form.querySelector('[data-audience]');
  if (!space?.options || !audienceUrl) return;
  let turn = 0;
  const ask = async () => {
    const mine = turn += 1;
    const answer = await parvis.json(parvis.address(audienceUrl, { space: space.value }), { signal }).catch(() => null);
    if (mine !== turn) return;
    if (line) line.textContent = answer?.sentence ?? t('audience_unknown');
    if (answer?.sentence) parvis.announce(answer.sentence);
    for (const kind of (answer?.kinds && form.querySelectorAll('input[name=kind]')) || []) kind.disabled = !answer.kinds.includes(kind.value);
    // What isn't offered there can't stay chosen: the first that is takes its place, and the text stays.
    const kind = form.querySelector('input[name=kind]:checked');
    if (!kind || kind.disabled) {
      const first = form.querySelector('input[name=kind]:not(:disabled)');
      if (first) { first.checked = true; first.dispatchEvent(new Event('change', { bubbles: true })); }
    }
  };
  let was = space.value;
  on(form, 'change', () => { if (space.value !== was) { was = space.value; ask(); } }, signal);
};

/* People named who cannot see the place: a sentence, kept as long as they are named. */
const mentions = (form, area, { peopleUrl }, signal) => {
  const line = form.querySelector('[data-warning]');
  const blind = new Map();
  const named = () => [...area.value.matchAll(/@\[([^\]]*)\]\(person:(\w+)\)/g)].map((match) => match[2]);
  const show = () => {
    const here = named();
    const names = [...blind].filter(([id]) => here.includes(id)).map(([, name]) => name);
    const text = names.length ? parvis.count('cannot_see', names.length, { names: new Intl.ListFormat(parvis.lang()).format(names) }) : '';
    if (!line || line.textContent === text) return;
    line.textContent = text;
    line.hidden = !text;
    if (text) parvis.announce(text);
  };
  const note = (person) => {
    if (person.can_see === false) blind.set(person.id, person.name); else blind.delete(person.id);
  };
  on(area, 'input', show, signal);
  on(form, 'change', async (event) => {
    const ids = [...new Set(named())];
    if (event.target.name !== 'space' || !ids.length || !peopleUrl) return;
    const people = await parvis.json(parvis.address(peopleUrl, { ids: ids.join(','), space: event.target.value }), { signal }).catch(() => []);
    people.forEach(note);
    show();
  }, signal);
  return (person) => { note(person); show(); };
};

/* Topics that look alike, while a title is typed. */
const similar = (form, { similarUrl }, signal) => {
  const region = form.querySelector('[data-similar]');
  const title = form.elements.title;
  if (!region || !title || !similarUrl) return;
  region.ariaLive = 'polite';
  let turn = 0;
  const look = parvis.pause(async () => {
    const mine = turn += 1;
    const q = title.value.trim();
    const found = q.length < 4 ? '' : await parvis.html(parvis.address(similarUrl, {
      q, space: form.elements.space?.value, kind: chosen(form)?.value,
    }), { signal }).catch(() => '');
    if (mine === turn && region.innerHTML.trim() !== found.trim()) region.innerHTML = found;
  }, 400);
  on(title, 'input', look, signal);
};

const preview = (form, area, { previewUrl }, signal) => {
  const button = form.querySelector('[data-preview-button]');
  const pane = form.querySelector('[data-preview]');
  if (!button || !pane || !previewUrl) return;
  button.hidden = false;
  button.ariaPressed = 'false';
  on(button, 'click', async () => {
    const open = button.ariaPressed === 'false';
    button.ariaPressed = String(open);
    pane.hidden = !open;
    if (!open) { area.focus(); return; }
    pane.setAttribute('aria-busy', 'true');
    const data = new URLSearchParams({ body: area.value, space: form.elements.space?.value ?? '' });
    // Made safe by the server, as the published text will be.
    try { pane.innerHTML = await parvis.html(previewUrl, { data, signal }); } catch { pane.textContent = t('preview_failed'); }
    pane.removeAttribute('aria-busy');
    parvis.announce(t('preview_shown'));
  }, signal);
};

/* The button says "Schedule" once a date is chosen. */
const schedule = (form, signal) => {
  const when = form.elements.publish_at;
  const button = form.querySelector('[data-publish]');
  if (!when || !button?.dataset.later) return;
  const label = button.querySelector('[data-label]') || button;
  const now = label.textContent;
  const fit = () => { label.textContent = when.value ? button.dataset.later : now; };
  on(form, 'input change', fit, signal);
  fit();
};

element('x-composer', (el, signal) => {
  const form = el.querySelector('form') || el.closest('form');
  const area = form?.querySelector('textarea[name=body]');
  if (!area) return;
  const { dataset } = el;
  const find = (name) => form.querySelector(`[data-${name}]`);

  grow(area, signal);
  const space = () => ({ space: form.elements.space?.value });
  const picked = mentions(form, area, dataset, signal);
  parvis.suggest(area, { people: dataset.peopleUrl, tags: dataset.tagsUrl, extra: space, picked, signal });
  parvis.markdown.assist(area, find('toolbar'), signal);
  kinds(form, signal);
  audience(form, dataset, signal);
  similar(form, dataset, signal);
  preview(form, area, dataset, signal);
  schedule(form, signal);

  if (dataset.uploadUrl) {
    const chooser = find('files');
    let shelf = find('uploads');
    if (!shelf) area.after(shelf = make('div', { className: 'uploads', 'data-made': '' }));
    let seen = false; // never entered: the caret's place means nothing, the end is meant
    on(area, 'focus', () => { seen = true; }, signal, { once: true });
    const insert = (text, alone) => {
      if (el.rich) { el.rich.insert(text + (alone ? '' : ' ')); return; }
      if (!seen) area.setSelectionRange(area.value.length, area.value.length);
      const at = area.selectionEnd;
      const before = area.value.slice(0, at);
      const lead = alone && before && !before.endsWith('\n\n') ? (before.endsWith('\n') ? '\n' : '\n\n') : '';
      parvis.markdown.replace(area, at, at, lead + text + (alone ? '\n' : ' '));
    };
    el.take = (files) => parvis.attach(files, {
      url: dataset.uploadUrl, shelf, insert, signal, extra: space(),
      sent: (answer) => form.append(make('input', { type: 'hidden', name: 'attachment', value: answer.id })),
    });
    parvis.receive({ field: area, zone: el, chooser, signal, take: el.take });
    for (const button of form.querySelectorAll('[data-md=image]')) {
      button.hidden = !chooser;
      on(button, 'click', () => chooser.click(), signal);
    }
  }

  parvis.rich(el, {
    form, area, toolbar: find('toolbar'), signal,
    wanted: () => chosen(form)?.dataset.rich !== undefined,
    options: { people: dataset.peopleUrl, tags: dataset.tagsUrl, extra: space, picked, take: (files) => el.take?.(files) },
  });

  const kept = dataset.draftUrl && parvis.keep(form, {
    url: dataset.draftUrl, key: dataset.draftKey || new URL(form.action).pathname, savedAt: dataset.savedAt, status: find('status'), signal,
  });

  on(form, 'keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit(find('publish') || form.querySelector('button[type=submit], button:not([type])'));
  }, signal);
  // A second click must not publish twice; the button's own value has been taken by then.
  on(form, 'submit', (event) => setTimeout(() => {
    if (event.defaultPrevented && !form.matches('[hx-post]')) return;
    form.classList.add('is-sending');
    setTimeout(() => form.classList.remove('is-sending'), 8000);
  }), signal);
  on(form, 'submit', (event) => { if (form.matches('.is-sending')) { event.preventDefault(); event.stopImmediatePropagation(); } }, signal, { capture: true });
  on(window, 'pageshow', () => form.classList.remove('is-sending'), signal);
  // When htmx sends the form, the page stays: the answer says whether the text is safe.
  on(form, 'htmx:afterRequest', (event) => {
    if (event.target !== form && event.detail?.elt !== form) return;
    form.classList.remove('is-sending');
    if (event.detail.successful) {
      for (const old of form.querySelectorAll('[name=attachment]')) old.remove();
      form.reset();
      // The next text is another sending.
      if (form.elements.receipt) form.elements.receipt.value = Array.from(crypto.getRandomValues(new Uint32Array(3)), (n) => n.toString(36)).join('');
      kinds(form, AbortSignal.abort());
      kept?.clean?.();
    } else kept?.failed?.();
  }, signal);
});
