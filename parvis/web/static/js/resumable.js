/* Large files sent in parts by the tus protocol 1.0: a broken line, even a closed page, loses one part at most. */
const { parvis } = window;
const { t } = parvis;

const PART = 4 * 2 ** 20;
const LARGE = 10 * 2 ** 20; // below, one ordinary request is simpler and as sure
const AGAIN = [0, 409, 423, 460, 502, 504]; // what another try may mend

const prefix = (url, extra) => `parvis-sending ${url} ${extra.document || extra.folder || ''} `;
const keyOf = (url, extra, file) => `${prefix(url, extra)}${file.size}/${file.lastModified}/${file.name}`;
const coded = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const metadata = (values) => Object.entries(values).filter(([, value]) => value)
  .map(([name, value]) => `${name} ${coded(value)}`).join(',');
// A browser may forbid storage: the file is then sent in parts all the same, from the beginning after a reload.
const notes = {
  read: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
  write: (key, value) => { try { localStorage.setItem(key, value); } catch { /* nothing to do */ } },
  drop: (key) => { try { localStorage.removeItem(key); } catch { /* nothing to do */ } },
  keys: () => { try { return Object.keys(localStorage); } catch { return []; } },
};

/* One request; rejects with a status (0: no connection) and, where the server gave one, its sentence. */
const call = (method, url, { headers = {}, body = null, progress, signal } = {}) => new Promise((resolve, reject) => {
  const xhr = new XMLHttpRequest(); // fetch cannot tell how much has been sent
  const fail = (status, sentence = '') => reject(Object.assign(new Error(sentence), { status }));
  if (signal?.aborted) { fail(-1); return; }
  xhr.open(method, url);
  const all = { 'Tus-Resumable': '1.0.0', 'X-CSRFToken': parvis.token(), 'X-Requested-With': 'fetch', Accept: 'application/json', ...headers };
  for (const [name, value] of Object.entries(all)) xhr.setRequestHeader(name, value);
  if (progress) xhr.upload.onprogress = (event) => progress(event.loaded);
  xhr.onload = () => {
    // Sent to the sign-in page: an answer to another question.
    const out = new URL(xhr.responseURL || url, location.href).pathname.startsWith('/accounts/');
    if (xhr.status < 300 && !out) { resolve((name) => xhr.getResponseHeader(name)); return; }
    let sentence = '';
    try { sentence = JSON.parse(xhr.responseText).error; } catch { /* the status says enough */ }
    fail(out ? 401 : xhr.status, out || xhr.status === 401 ? t('signed_out') : sentence);
  };
  xhr.onerror = () => fail(0);
  xhr.onabort = () => fail(-1);
  signal?.addEventListener('abort', () => xhr.abort(), { once: true });
  xhr.send(body);
});

/* Waits longer from try to try, but not once the browser says that the line is back. */
const lull = (tries, signal) => new Promise((resolve) => {
  const done = () => { clearTimeout(timer); window.removeEventListener('online', done); resolve(); };
  const timer = setTimeout(done, Math.min(30, 2 ** tries) * 1000);
  window.addEventListener('online', done);
  signal?.addEventListener('abort', done, { once: true });
});

/* Sends one large file; `waiting(true)` while the line is broken. Resolves to {id, url, name}, rejects with a sentence. */
const sendLarge = async (url, file, { progress = () => {}, waiting = () => {}, signal, extra = {} } = {}) => {
  const key = keyOf(url, extra, file);
  let place = notes.read(key);
  let at = -1; // unknown: the server is asked
  let tries = 0;
  const forget = () => { notes.drop(key); place = null; at = -1; };
  const begin = async () => {
    const given = { filename: file.name, ...extra };
    const answer = await call('POST', url, { signal, headers: { 'Upload-Length': file.size, 'Upload-Metadata': metadata(given) } });
    place = answer('Location');
    at = 0;
    notes.write(key, place);
    return answer;
  };
  const ask = async () => {
    const answer = await call('HEAD', place, { signal });
    at = Number(answer('Upload-Offset'));
    return answer;
  };
  const bring = async () => {
    const body = file.slice(at, at + PART);
    const headers = { 'Upload-Offset': at, 'Content-Type': 'application/offset+octet-stream' };
    const from = at;
    const answer = await call('PATCH', place, { signal, headers, body, progress: (sent) => progress((from + sent) / file.size) });
    at = Number(answer('Upload-Offset'));
    return answer;
  };
  for (;;) {
    try {
      const answer = await (!place ? begin() : at < 0 ? ask() : bring());
      if (tries) waiting(false);
      tries = 0;
      progress(at / file.size);
      const made = answer('Content-Location');
      if (made) {
        forget();
        return { id: made.split('/').at(-2), url: made, name: file.name };
      }
    } catch (problem) {
      const { status } = problem;
      if (status === -1) throw new Error('');
      if (place && at < 0 && (status === 404 || status === 410)) { forget(); continue; } // a day has passed
      if (!AGAIN.includes(status) || tries > 200) {
        // What is only refused for now (no scanner, signed out) stays where it is, for another try.
        if (![401, 503].includes(status)) forget();
        throw new Error(problem.message || t(status === 413 ? 'file_too_large' : 'file_failed', { name: file.name }));
      }
      waiting(true);
      await lull(tries, signal);
      tries += 1;
      at = -1;
    }
  }
};

/* What was begun here and not finished: [{name, part, drop()}]. */
const unfinished = async (url, extra, signal) => {
  const found = [];
  for (const key of notes.keys().filter((one) => one.startsWith(prefix(url, extra)))) {
    const place = notes.read(key);
    const name = key.slice(prefix(url, extra).length).split('/').slice(2).join('/');
    const drop = () => { notes.drop(key); return call('DELETE', place).catch(() => {}); };
    try {
      const answer = await call('HEAD', place, { signal });
      if (answer('Content-Location')) notes.drop(key);
      else found.push({ name, part: answer('Upload-Offset') / answer('Upload-Length'), drop });
    } catch (problem) {
      if ([403, 404, 410].includes(problem.status)) notes.drop(key);
    }
  }
  return found;
};

/* Stops for good: what has come is forgotten on both sides. */
const forgetLarge = (url, extra, file) => {
  const key = keyOf(url, extra, file);
  const place = notes.read(key);
  notes.drop(key);
  return place ? call('DELETE', place).catch(() => {}) : null;
};

Object.assign(parvis, { LARGE, sendLarge, unfinished, forgetLarge });
