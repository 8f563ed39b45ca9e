/* <x-files>: files chosen, dropped or pasted are sent one by one, large ones in parts, and the page is shown anew. */
const { parvis } = window;
const { make, on, t, element } = parvis;

const percent = (part) => new Intl.NumberFormat(parvis.lang(), { style: 'percent' }).format(Math.floor(part * 100) / 100);

/* One line of the shelf: the file's name, how far it is, what can be done. */
const lineOf = (file) => {
  const bar = make('progress', { max: 1, value: 0, ariaLabel: t('file_sending', { name: file.name }) });
  const far = make('span', { className: 'upload-far numbers', ariaHidden: 'true' });
  const said = make('span', { className: 'upload-said', role: 'status' });
  const acts = make('span', { className: 'upload-acts' });
  const line = make('div', { className: 'upload upload-file' }, make('span', { className: 'upload-name' }, file.name), bar, far, acts, said);
  const button = (word, act) => acts.replaceChildren(make('button', {
    type: 'button', className: 'button quiet small', ariaLabel: `${t(word)}: ${file.name}`, onclick: act,
  }, t(word)));
  return {
    line, button,
    progress: (part) => { bar.value = part; far.textContent = percent(part); },
    say: (text, kind = '') => {
      said.textContent = text;
      line.classList.toggle('is-waiting', kind === 'waiting');
      line.classList.toggle('error', kind === 'error');
      bar.hidden = kind === 'error';
      far.hidden = kind === 'error';
    },
    plain: () => acts.replaceChildren(),
  };
};

element('x-files', (el, signal) => {
  const { url, resumable, folder, document: document_ } = el.dataset;
  const form = el.querySelector('form');
  const chooser = el.querySelector('input[type=file]');
  const hint = el.querySelector('[data-scripted]');
  const shelf = make('div', { className: 'uploads', 'data-made': '' });
  el.append(shelf);
  if (hint) hint.textContent = hint.dataset.scripted;
  let first = null; // several of one upload make one card
  let failed = 0;
  let busy = Promise.resolve();
  let waiting = 0;

  const sendOne = async (file, shown, extra) => {
    const stop = new AbortController();
    on(signal, 'abort', () => stop.abort());
    const options = { signal: stop.signal, extra, progress: shown.progress };
    if (file.size <= parvis.LARGE || !resumable) return parvis.send(url, file, options);
    shown.button('file_stop', () => { stop.abort(); parvis.forgetLarge(resumable, extra, file); shown.line.remove(); });
    return parvis.sendLarge(resumable, file, {
      ...options,
      waiting: (is) => {
        shown.say(is ? t('file_waiting') : '', is ? 'waiting' : '');
        if (is) parvis.announce(t('file_waiting'));
      },
    });
  };

  /* Sends one file in its turn; a failure stays readable, with a way to try again. */
  const send = async (file, shown) => {
    shown.say('');
    const note = form?.querySelector('[name=note]')?.value;
    const extra = document_ ? { document: document_, note } : { folder, first };
    try {
      const answer = await sendOne(file, shown, extra);
      first ||= answer.id;
      shown.plain();
      shown.progress(1);
      parvis.announce(t('file_sent', { name: answer.name }));
    } catch (problem) {
      if (!problem.message) return;
      failed += 1;
      shown.say(problem.message, 'error');
      shown.button('file_again', () => { failed -= 1; take([file], shown); });
      parvis.announce(problem.message);
    }
  };

  const take = (files, again = null) => {
    if (!again) for (const old of shelf.querySelectorAll('.upload-left')) if (files.some((file) => file.name === old.dataset.name)) old.remove();
    const lines = files.map((file) => [file, again || lineOf(file)]);
    if (!again) shelf.append(...lines.map(([, shown]) => shown.line));
    waiting += lines.length;
    for (const [file, shown] of lines) {
      busy = busy.then(() => (signal.aborted ? null : send(file, shown))).then(() => {
        waiting -= 1;
        // What failed stays readable; the list is fresh at the next visit.
        if (!waiting && !failed && !signal.aborted && first) location.assign(document_ ? `/documents/${document_}/` : location.pathname);
      });
    }
  };

  /* A file that was being sent when the page closed: choosing it again sends only the rest. */
  const recall = async () => {
    if (!resumable) return;
    const extra = document_ ? { document: document_ } : { folder };
    for (const { name, part, drop } of await parvis.unfinished(resumable, extra, signal)) {
      const line = make('p', { className: 'upload-left' }, make('span', {}, t('file_left', { name, part: percent(part) })),
        make('button', { type: 'button', className: 'button quiet small', onclick: () => { line.remove(); drop(); } }, t('file_forget')));
      line.dataset.name = name;
      shelf.append(line);
    }
  };

  if (document_) {
    on(form, 'submit', (event) => {
      const [file] = chooser.files;
      if (!file || file.size <= parvis.LARGE) return; // the plain form does
      event.preventDefault();
      take([file]);
    }, signal);
  } else {
    el.querySelector('[data-send]')?.setAttribute('hidden', '');
    parvis.receive({ field: document.body, zone: el, chooser, signal, take });
  }
  recall();
});
