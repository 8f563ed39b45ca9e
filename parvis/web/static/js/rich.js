/* The composer's rich text: the editor is fetched on demand; the textarea goes on holding the Markdown. */
const { parvis } = window;
const { on, t, make } = parvis;

let fetching;
const fetchEditor = ({ editorUrl, editorCss }) => {
  if (editorCss && !fetching) document.head.append(make('link', { rel: 'stylesheet', href: editorCss }));
  fetching ||= new Promise((resolve, reject) => {
    const script = make('script', { src: editorUrl, onload: () => resolve(window.parvisEditor), onerror: reject });
    document.head.append(script);
  });
  // A failed fetch may be tried again.
  fetching.catch(() => { fetching = undefined; });
  return fetching;
};

/* Further tools while the editor is open: [name, label, words shown]. */
const more = [
  ['heading', 'ed_h2', 'H'], ['numbers', 'ed_numbers', '1.'], ['tasks', 'ed_tasks', '☑'], ['strike', 'ed_strike', 'S̶'], ['codeblock', 'ed_codeblock', '{ }'], ['rule', 'ed_rule', '—'],
  ['table', 'ed_table', '▦'], ['row_add', 'ed_row_add'], ['row_remove', 'ed_row_remove'], ['column_add', 'ed_column_add'], ['column_remove', 'ed_column_remove'], ['table_remove', 'ed_table_remove'], ['undo', 'ed_undo', '↶'], ['redo', 'ed_redo', '↷'],
];

/* Adds what an open editor can do beyond Markdown's own buttons; returns the buttons. */
const richTools = (toolbar) => {
  const made = more.filter(([name]) => !toolbar.querySelector(`[data-md=${name}]`)).map(([name, key, sign]) => make('button', {
    type: 'button', className: sign ? 'icon-btn' : 'button quiet small', ariaLabel: t(key), title: t(key), 'data-md': name, 'data-made': '', ...(sign && { 'data-sign': sign }),
  }, ...(sign ? [] : [t(key)])));
  const inTable = (one) => /^(row|column|table)_/.test(one.dataset.md);
  [...toolbar.querySelectorAll('[data-md]')].at(-1)?.after(...made.filter((one) => !inTable(one)));
  toolbar.append(...made.filter(inTable));
  // What acts on a table waits for one: the editor shows it once the caret is in it.
  for (const one of made) { one.tabIndex = -1; one.hidden = inTable(one); }
  return made;
};
parvis.richTools = richTools;

/*
 * Adds the switch to a composer. Its state: el.rich is the open editor, or undefined.
 * `wanted()`: whether the chosen kind is written richly unless the writer says otherwise.
 */
parvis.rich = (el, { form, area, toolbar, signal, wanted, options }) => {
  const { dataset } = el;
  if (!dataset.editorUrl || !toolbar) return;
  const button = toolbar.querySelector('[data-rich]')
    || make('button', { type: 'button', className: 'button quiet small', 'data-rich': '', 'data-made': '' });
  // Beside the preview: what is said of the draft stands last.
  const status = toolbar.querySelector('[data-status]');
  if (!button.isConnected) toolbar.insertBefore(button, status?.parentElement === toolbar ? status : null);
  button.hidden = false;
  const note = make('p', { className: 'hint composer-note', role: 'status', 'data-made': '' });
  area.after(note);
  let chosen; // what the writer said, if anything
  let host, extra = [];
  const { required } = area;
  const preview = toolbar.querySelector('[data-preview-button]');

  const label = () => {
    button.textContent = t(el.rich ? 'rich_off' : 'rich_on');
  };
  const tools = () => {
    extra = richTools(toolbar);
    // What is written is what will be seen.
    if (preview) preview.hidden = true;
  };

  const close = () => {
    if (!el.rich) return;
    el.rich.close();
    el.rich = undefined;
    host.remove();
    for (const one of extra) one.remove();
    if (preview) preview.hidden = !dataset.previewUrl;
    for (const one of toolbar.querySelectorAll('[data-md][aria-pressed]')) one.removeAttribute('aria-pressed');
    area.hidden = false;
    area.required = required;
    label();
  };

  const open = async ({ focus }) => {
    if (el.rich || button.ariaBusy === 'true') return;
    button.ariaBusy = 'true';
    note.textContent = t('rich_loading');
    try {
      const editor = await fetchEditor(dataset);
      if (signal.aborted) return;
      host = make('div', { className: 'editor-host', 'data-made': '' });
      area.before(host);
      el.rich = editor.open({ area, host, toolbar, signal, words: t, label: area.labels?.[0]?.textContent.trim() || area.ariaLabel || '', ...options });
      note.textContent = '';
      if (el.rich) {
        area.hidden = true;
        area.required = false; // a hidden field can't tell what it lacks
        tools();
        if (focus) el.rich.focus();
      } else {
        host.remove();
        note.textContent = t('rich_refused');
      }
    } catch {
      host?.remove();
      note.textContent = t('rich_failed');
    } finally {
      button.ariaBusy = 'false';
      label();
    }
  };

  on(button, 'click', async () => {
    chosen = !el.rich;
    if (el.rich) { close(); area.focus(); } else await open({ focus: true });
  }, signal);
  on(el, 'x-kind', () => { if (chosen === undefined && wanted() && !el.rich) open({ focus: false }); }, signal);
  // Sent as typed, without waiting for the pause.
  on(form, 'submit', (event) => {
    el.rich?.flush();
    if (el.rich && required && !area.value.trim()) { event.preventDefault(); event.stopImmediatePropagation(); el.rich.focus(); }
  }, signal, { capture: true });
  on(form, 'change', (event) => {
    if (event.target !== form || !el.rich || el.rich.reload()) return;
    close();
    note.textContent = t('rich_refused');
  }, signal);
  on(form, 'reset', () => setTimeout(() => el.rich?.reload()), signal);
  signal.addEventListener('abort', close);
  label();
  if (wanted()) open({ focus: false });
};
