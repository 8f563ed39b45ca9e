/* window.parvisTogether: one text written by several at once. Yjs over the live process's WebSocket, a copy on this device. */
import { IndexeddbPersistence, clearDocument } from 'y-indexeddb';
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness';
import * as sync from 'y-protocols/sync';
import { redo, undo, yCursorPlugin, ySyncPlugin, yUndoPlugin } from '@tiptap/y-tiptap';
import * as Y from 'yjs';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

const SYNC = 0;
const AWARENESS = 1;
const NEWS = 2; // JSON, both ways
const FRAGMENT = 'text';
const BEAT_MS = 15000;
const SILENCE_MS = 40000;
/* Codes with which the server closes for good; any other, and we come back. */
const FINAL = { 4400: 'broken', 4401: 'over', 4404: 'denied', 4406: 'unfit', 4413: 'large' };

const message = (type, write) => {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, type);
  write(encoder);
  return encoding.toUint8Array(encoder);
};
const news = (what) => message(NEWS, (encoder) => encoding.writeVarString(encoder, JSON.stringify(what)));

/*
 * Joins the text at `address`. `store`: name of the copy on this device; `told(state)` hears
 * "joining", "open", "offline", or for good "over", "denied", "unfit", "large", "broken"; `kept(bool)` whether the
 * server holds all that was typed here; `people(list)` who else is here, [{name, hue}]; `refused(sentence)` why no
 * version could be written.
 */
const join = ({ address, store, told, kept, people, refused }) => {
  const doc = new Y.Doc();
  const awareness = new Awareness(doc);
  awareness.setLocalState({});
  const text = doc.getXmlFragment(FRAGMENT);
  let socket; // the open line
  let tries = 0;
  let ended = false;
  let disk; // the copy on this device, once we know of which text
  let epoch = '';
  let timer;
  let heard = 0;
  let sent = 0; // changes sent on this line
  let stored = 0; // of them, in the database
  let unsent = false; // changed while there was no line
  let waiting = [];
  let ready; // resolves once there is a text to show
  const whenReady = new Promise((resolve) => { ready = resolve; });

  const say = (bytes) => { if (socket?.readyState === WebSocket.OPEN) { socket.send(bytes); return true; } return false; };
  const tell = () => kept?.(!unsent && stored >= sent);
  const change = (bytes) => { if (say(bytes)) sent += 1; else unsent = true; tell(); };

  const keepHere = async (given) => {
    if (disk || !given) return;
    epoch = given;
    try {
      localStorage.setItem(`${store}:epoch`, epoch);
      disk = new IndexeddbPersistence(`${store}:${epoch}`, doc);
      // A browser that keeps nothing (a private window) must not keep anybody waiting.
      await Promise.race([disk.whenSynced, new Promise((resolve) => { setTimeout(resolve, 2000); })]);
    } catch { /* no copy here: the text lives on the server all the same */ }
  };
  /* The copies of former texts at this address are worth nothing any more. */
  const forget = () => {
    try { localStorage.removeItem(`${store}:epoch`); } catch { /* never kept */ }
    const name = epoch && `${store}:${epoch}`;
    return Promise.resolve(disk?.destroy()).then(() => name && clearDocument(name)).catch(() => {});
  };

  const begin = async (given) => {
    await keepHere(given);
    if (socket?.readyState !== WebSocket.OPEN) return;
    say(message(SYNC, (encoder) => sync.writeSyncStep1(encoder, doc)));
    say(message(AWARENESS, (encoder) => encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(awareness, [doc.clientID]))));
  };
  const read = (data) => {
    heard = Date.now();
    const decoder = decoding.createDecoder(new Uint8Array(data));
    const type = decoding.readVarUint(decoder);
    if (type === SYNC) {
      const encoder = encoding.createEncoder();
      encoding.writeVarUint(encoder, SYNC);
      const kind = sync.readSyncMessage(decoder, encoder, doc, join);
      if (encoding.length(encoder) > 1) change(encoding.toUint8Array(encoder));
      if (kind === sync.messageYjsSyncStep2) {
        unsent = false;
        tries = 0;
        ready();
        told('open');
        tell();
      }
    } else if (type === AWARENESS) {
      applyAwarenessUpdate(awareness, decoding.readVarUint8Array(decoder), join);
    } else if (type === NEWS) {
      const what = JSON.parse(decoding.readVarString(decoder));
      if (what.epoch) begin(what.epoch);
      if (what.refused) refused?.(what.refused);
      if (what.stored) { stored = what.stored; tell(); }
      if (what.written !== undefined) { for (const done of waiting) done(true); waiting = []; }
    }
  };

  const others = () => {
    const here = new Map();
    awareness.getStates().forEach((state, client) => {
      if (client !== doc.clientID && state.user) here.set(state.user.id, state.user);
    });
    people?.([...here.values()]);
  };
  const alone = () => removeAwarenessStates(awareness, [...awareness.getStates().keys()].filter((key) => key !== doc.clientID), join);

  const connect = () => {
    clearTimeout(timer);
    if (ended || socket || navigator.onLine === false) return;
    const line = new WebSocket(address);
    line.binaryType = 'arraybuffer';
    socket = line;
    heard = Date.now();
    sent = 0;
    stored = 0;
    line.onmessage = ({ data }) => { if (socket === line) read(data); };
    line.onclose = ({ code }) => { if (socket === line) lost(FINAL[code]); };
  };
  const lost = (why) => {
    const line = socket;
    socket = undefined;
    line?.close();
    unsent ||= stored < sent;
    alone();
    for (const done of waiting) done(false);
    waiting = [];
    if (why) {
      ended = true;
      if (why === 'denied' || why === 'over') forget();
      told(why);
      ready();
      return;
    }
    told('offline');
    tell();
    tries += 1;
    // Many who lost the same line don't come back at the same moment.
    timer = setTimeout(connect, Math.min(30000, 500 * 2 ** Math.min(tries, 6)) * (0.5 + Math.random()));
  };
  const beat = setInterval(() => {
    if (socket && Date.now() - heard > SILENCE_MS) lost();
    else say(news({ here: true }));
  }, BEAT_MS);
  const back = () => { tries = 0; connect(); };
  const away = () => { if (socket) lost(); };

  doc.on('update', (update, origin) => {
    if (origin === join || origin === disk) return;
    change(message(SYNC, (encoder) => sync.writeUpdate(encoder, update)));
  });
  awareness.on('update', ({ added, updated, removed }, origin) => {
    others();
    if (origin !== join) say(message(AWARENESS, (encoder) => encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(awareness, [...added, ...updated, ...removed].filter((key) => key === doc.clientID)))));
  });
  addEventListener('online', back);
  addEventListener('offline', away);
  told('joining');
  connect();

  const leave = () => {
    ended = true;
    clearTimeout(timer);
    clearInterval(beat);
    removeEventListener('online', back);
    removeEventListener('offline', away);
    const line = socket;
    socket = undefined;
    line?.close();
    awareness.destroy();
    disk?.destroy();
  };

  return {
    whenReady,
    leave,
    forget,
    get isOpen() { return socket?.readyState === WebSocket.OPEN; },
    /* Whether this device keeps a copy: closing the page then loses nothing. */
    get isHere() { return Boolean(disk?.synced); },
    /* A text from this device, when the server can't be reached: true when there is one. */
    async fromHere() {
      let known = '';
      try { known = localStorage.getItem(`${store}:epoch`) ?? ''; } catch { /* nothing is kept here */ }
      await keepHere(known);
      return text.length > 0;
    },
    /* Asks for a version of the page to be written now; true once it is. */
    write: () => (say(news({ write: true })) ? new Promise((resolve) => { waiting.push(resolve); setTimeout(resolve, 5000, false); }) : Promise.resolve(false)),
    undo,
    redo,
    plugins: () => [
      ySyncPlugin(text),
      yCursorPlugin(awareness, {
        cursorBuilder({ name, hue }) {
          const mark = document.createElement('span');
          mark.className = `together-caret hue-${hue}`;
          const label = document.createElement('span');
          label.className = 'together-name';
          label.textContent = name;
          mark.append('\u2060', label, '\u2060');
          return mark;
        },
        selectionBuilder: ({ hue }) => ({ class: `together-selection hue-${hue}` }),
      }),
      // Only what was typed here: the plugin follows the editor's own changes alone.
      yUndoPlugin(),
    ],
  };
};

window.parvisTogether = { join };
