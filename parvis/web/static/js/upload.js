/* Files sent to the server with progress, and the alternative text asked for pictures. */
const { parvis } = window;
const { make, on, t, element } = parvis;

/* Sends one file; resolves to {id, url, name, is_image}, rejects with a sentence. */
const send = (url, file, { progress = () => {}, signal, extra = {} } = {}) => new Promise((resolve, reject) => {
  const data = new FormData();
  for (const [name, value] of Object.entries(extra)) if (value != null) data.append(name, value);
  data.append('file', file, file.name || 'image.png');
  const call = new XMLHttpRequest(); // fetch cannot tell how much has been sent
  call.open('POST', url);
  call.setRequestHeader('X-CSRFToken', parvis.token());
  call.setRequestHeader('X-Requested-With', 'fetch');
  call.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
  call.onload = () => {
    let answer = {};
    try { answer = JSON.parse(call.responseText); } catch { /* not ours: the status says enough */ }
    if (call.status < 300 && answer.url) resolve(answer);
    else reject(new Error(answer.error || answer.detail || t(call.status === 413 ? 'file_too_large' : 'file_failed', { name: file.name })));
  };
  call.onerror = () => reject(new Error(t('file_failed', { name: file.name })));
  call.onabort = () => reject(new Error(''));
  signal?.addEventListener('abort', () => call.abort());
  call.send(data);
});

/* Asks for the words that replace a picture: a text, '' for a decoration, null when given up. */
const describe = (picture, host = document.body) => new Promise((resolve) => {
  const field = make('input', { name: 'alt', required: true, maxLength: 300, autocomplete: 'off' });
  const given = make('button', { type: 'submit', value: 'yes', className: 'button primary' }, t('alt_insert'));
  const none = make('button', { type: 'submit', value: 'none', formNoValidate: true, className: 'button' }, t('alt_none'));
  const stop = make('button', { type: 'submit', value: '', formNoValidate: true, className: 'button quiet' }, t('cancel'));
  const title = make('h2', { id: parvis.id() }, t('alt_title'));
  const dialog = make(
    'dialog', { className: 'dialog', 'aria-labelledby': title.id, 'data-made': '' },
    make('form', { method: 'dialog' }, title,
      make('img', { src: picture.url, alt: '', className: 'dialog-picture' }),
      make('label', {}, t('alt_label'), ' ', field), make('p', { className: 'hint' }, t('alt_hint')),
      make('div', { className: 'actions' }, given, none, stop)),
  );
  const back = document.activeElement;
  const { selectionStart, selectionEnd } = back;
  dialog.addEventListener('close', () => {
    const { returnValue } = dialog;
    dialog.remove();
    back.focus();
    // Chromium gives a textarea its focus back without its caret.
    if (back.matches('textarea')) back.setSelectionRange(selectionStart, selectionEnd);
    resolve({ yes: field.value.trim(), none: '' }[returnValue] ?? null);
  });
  // Outside the composer's form: a form inside a form does not exist.
  host.append(dialog);
  dialog.showModal();
  field.focus();
});

const kindly = (text) => text.replace(/[\\[\]\n]/g, ' ').trim();

/* Sends files one by one, shows them in `shelf`, gives each Markdown to `insert` and each answer to `sent`. */
const attach = async (files, { url, shelf, insert, sent = () => {}, ask = true, signal, extra = {} }) => {
  for (const file of files) {
    const bar = make('progress', { max: 1, value: 0, ariaLabel: t('file_sending', { name: file.name }) });
    const line = make('p', { className: 'upload', 'data-made': '' }, make('span', {}, `${file.name} `), bar);
    shelf?.append(line);
    try {
      const answer = await send(url, file, { signal, extra, progress: (part) => { bar.value = part; } });
      line.remove();
      sent(answer);
      if (answer.is_image && ask) {
        const alt = await describe(answer);
        if (alt !== null) insert(`![${kindly(alt)}](${answer.url})`, true);
      } else insert(`[${kindly(answer.name)}](${answer.url})`, false);
      parvis.announce(t('file_sent', { name: answer.name }));
    } catch (problem) {
      if (!problem.message) { line.remove(); return; }
      bar.remove();
      line.classList.add('error');
      line.textContent = problem.message;
      line.append(' ', make('button', { type: 'button', className: 'button quiet', onclick: () => line.remove() }, t('close')));
      parvis.announce(problem.message);
    }
  }
};

/* Pasted, dropped or chosen files of `field`, `zone`, `chooser` go to `take(files)`. */
const receive = ({ field, zone, chooser, signal, take }) => {
  on(field, 'paste', (event) => {
    // Spreadsheets paste a picture beside their text: the text is meant.
    if (!event.clipboardData.files.length || event.clipboardData.types.includes('text/plain')) return;
    event.preventDefault();
    take([...event.clipboardData.files]);
  }, signal);
  const carries = (event) => event.dataTransfer?.types.includes('Files');
  on(zone, 'dragover', (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    zone.classList.add('is-dropping');
  }, signal);
  on(zone, 'dragleave drop', () => zone.classList.remove('is-dropping'), signal);
  on(zone, 'drop', (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    take([...event.dataTransfer.files]);
  }, signal);
  on(chooser, 'change', () => {
    const files = [...chooser.files];
    chooser.value = '';
    if (files.length) take(files);
  }, signal);
};

/* <x-upload data-url>: a file field that also takes drops and shows progress; each answer becomes a hidden field. */
element('x-upload', (el, signal) => {
  const chooser = el.querySelector('input[type=file]');
  if (!chooser || !el.dataset.url) return;
  const { name } = chooser;
  const shelf = make('div', { className: 'uploads', 'data-made': '' });
  el.append(shelf);
  const put = (answer) => {
    if (!chooser.multiple) for (const old of shelf.querySelectorAll('.upload-done')) old.remove();
    const line = make('p', { className: 'upload-done' }, ...(answer.is_image ? [make('img', { src: answer.url, alt: '' })] : []),
      make('span', {}, `${answer.name} `), make('input', { type: 'hidden', name: `${name}_id`, value: answer.id }),
      make('button', { type: 'button', className: 'button quiet', onclick: () => { line.remove(); chooser.focus(); } }, t('remove')));
    shelf.append(line);
    chooser.required = false;
    el.dispatchEvent(new CustomEvent('x-uploaded', { bubbles: true, detail: answer }));
  };
  receive({
    zone: el, chooser, signal,
    take: (files) => attach(chooser.multiple ? files : files.slice(0, 1), {
      url: el.dataset.url, shelf, signal, insert: () => {}, ask: false, sent: put,
    }),
  });
});

Object.assign(parvis, { send, describe, attach, receive });
